# Looks for packages and names all that are missing at once, with the Debian packages that bring them.

# fasc_need(NAME DEBIAN_PACKAGE [VERSION v] [COMPONENTS c...]): find_package, remembered when it fails. A macro: what find_package sets
# belongs to the caller.
macro(fasc_need name debian)
  cmake_parse_arguments(_need "" "VERSION" "COMPONENTS" ${ARGN})
  set(_need_components)
  if(_need_COMPONENTS)
    set(_need_components COMPONENTS ${_need_COMPONENTS})
  endif()
  find_package(${name} ${_need_VERSION} QUIET ${_need_components})
  if(NOT ${name}_FOUND)
    set_property(GLOBAL APPEND PROPERTY FASC_MISSING "${name} ${_need_VERSION}")
    set_property(GLOBAL APPEND PROPERTY FASC_MISSING_DEBIAN ${debian})
  endif()
endmacro()

# fasc_need_pkg(PREFIX MODULE...): the same through pkg-config, as target PkgConfig::PREFIX. Debian's packages are named MODULE-dev.
macro(fasc_need_pkg prefix)
  find_package(PkgConfig QUIET)
  if(PKG_CONFIG_FOUND)
    pkg_check_modules(${prefix} QUIET IMPORTED_TARGET ${ARGN})
    foreach(_need_module ${ARGN})
      if(NOT ${prefix}_FOUND)
        pkg_check_modules(_need_${_need_module} QUIET ${_need_module})
        if(NOT _need_${_need_module}_FOUND)
          set_property(GLOBAL APPEND PROPERTY FASC_MISSING "${_need_module}")
          set_property(GLOBAL APPEND PROPERTY FASC_MISSING_DEBIAN ${_need_module}-dev)
        endif()
      endif()
    endforeach()
  else()
    set_property(GLOBAL APPEND PROPERTY FASC_MISSING "pkg-config and through it ${ARGN}")
    set_property(GLOBAL APPEND PROPERTY FASC_MISSING_DEBIAN pkg-config)
    foreach(_need_module ${ARGN})
      set_property(GLOBAL APPEND PROPERTY FASC_MISSING_DEBIAN ${_need_module}-dev)
    endforeach()
  endif()
endmacro()

# fasc_need_files(PREFIX DEBIAN_PACKAGE HEADER h [SUFFIXES s...] LIBRARIES l...): a header and libraries, as target FascFiles::PREFIX. For
# packages whose own CMake or pkg-config files name far more than is used (DCMTK's ask for its programs and all of its libraries).
macro(fasc_need_files prefix debian)
  cmake_parse_arguments(_need "" "HEADER" "SUFFIXES;LIBRARIES" ${ARGN})
  find_path(FASC_${prefix}_INCLUDE ${_need_HEADER} PATH_SUFFIXES ${_need_SUFFIXES})
  mark_as_advanced(FASC_${prefix}_INCLUDE)
  set(_need_found ${FASC_${prefix}_INCLUDE})
  add_library(FascFiles::${prefix} INTERFACE IMPORTED GLOBAL)
  foreach(_need_library ${_need_LIBRARIES})
    find_library(FASC_${_need_library}_LIBRARY ${_need_library})
    mark_as_advanced(FASC_${_need_library}_LIBRARY)
    if(NOT FASC_${_need_library}_LIBRARY)
      set(_need_found)
    endif()
    target_link_libraries(FascFiles::${prefix} INTERFACE ${FASC_${_need_library}_LIBRARY})
  endforeach()
  if(_need_found)
    target_include_directories(FascFiles::${prefix} SYSTEM INTERFACE ${FASC_${prefix}_INCLUDE})
  else()
    set_property(GLOBAL APPEND PROPERTY FASC_MISSING "${prefix}")
    set_property(GLOBAL APPEND PROPERTY FASC_MISSING_DEBIAN ${debian})
  endif()
endmacro()

# fasc_check_packages(): the end of configuring where something is missing.
function(fasc_check_packages)
  get_property(missing GLOBAL PROPERTY FASC_MISSING)
  if(NOT missing)
    return()
  endif()
  get_property(debian GLOBAL PROPERTY FASC_MISSING_DEBIAN)
  list(REMOVE_DUPLICATES debian)
  list(JOIN missing ", " missing)
  string(REGEX REPLACE " +(,|$)" "\\1" missing "${missing}")
  list(JOIN debian " " debian)
  message(FATAL_ERROR "fasc needs packages that were not found: ${missing}\n"
    "On Debian or Ubuntu:\n  apt-get install --no-install-recommends ${debian}")
endfunction()

# fasc_check_ffmpeg_licence(): the end of configuring where a library of FFmpeg says that it is under another licence than the LGPL, or where
# none can be asked. FFmpeg tells its licence only when run.
function(fasc_check_ffmpeg_licence)
  set(source ${CMAKE_BINARY_DIR}/ffmpeg_licence.cpp)
  file(WRITE ${source} "extern \"C\" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libswscale/swscale.h>
}
#include <cstdio>
#include <cstring>
int other(const char* library, const char* licence) {
  return std::strncmp(licence, \"LGPL\", 4) == 0 ? 0 : (std::printf(\"  %s: %s\\n\", library, licence), 1);
}
int main() {
  return other(\"libavformat\", avformat_license()) + other(\"libavcodec\", avcodec_license()) +
         other(\"libavutil\", avutil_license()) + other(\"libswscale\", swscale_license());
}
")
  set(advice "Build FFmpeg without --enable-gpl and --enable-nonfree (with --enable-shared, best with --enable-libvpx) and name its folder"
    " lib/pkgconfig in PKG_CONFIG_PATH, in a fresh build folder.")
  list(JOIN advice "" advice)
  try_run(ran compiled ${CMAKE_BINARY_DIR}/ffmpeg_licence SOURCES ${source} LINK_LIBRARIES PkgConfig::LIBAV
    COMPILE_OUTPUT_VARIABLE built RUN_OUTPUT_VARIABLE said)
  if(compiled AND "${ran}" STREQUAL "0")
    return()
  endif()
  set(asked ${compiled})
  unset(ran CACHE)  # asked anew at the next configuring
  unset(compiled CACHE)
  if(asked AND said MATCHES "^  lib[a-z]+: ")
    message(FATAL_ERROR "FASC_LGPL_FFMPEG is ON, but the FFmpeg found in ${LIBAV_libavcodec_LIBDIR} is not under the LGPL alone:\n${said}${advice}")
  endif()
  message(FATAL_ERROR "FASC_LGPL_FFMPEG is ON, but the FFmpeg found in ${LIBAV_libavcodec_LIBDIR} cannot be asked for its licence:\n${built}${said}"
    "If its libraries are found when building but not when running, name their folder in LD_LIBRARY_PATH.")
endfunction()
