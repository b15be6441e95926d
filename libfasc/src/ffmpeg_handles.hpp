// Owners, error texts and the once-only set-up of libav*; for the files ffmpeg*.cpp only.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/hmac.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libavutil/sha.h>
#include <libavutil/video_enc_params.h>
#include <libswscale/swscale.h>
}

#include <cstdint>
#include <memory>
#include <string>

namespace fasc::av {

struct Deleter {
  void operator()(AVFormatContext* p) const { avformat_close_input(&p); }
  void operator()(AVCodecContext* p) const { avcodec_free_context(&p); }
  void operator()(AVFrame* p) const { av_frame_free(&p); }
  void operator()(AVPacket* p) const { av_packet_free(&p); }
  void operator()(AVBSFContext* p) const { av_bsf_free(&p); }
  void operator()(AVSHA* p) const { av_free(p); }
  void operator()(AVHMAC* p) const { av_hmac_free(p); }
  void operator()(SwsContext* p) const { sws_freeContext(p); }
  void operator()(AVIOContext* p) const {
    av_freep(&p->buffer);
    avio_context_free(&p);
  }
};

template <class T>
using Handle = std::unique_ptr<T, Deleter>;

/// An empty packet or frame. Throws std::bad_alloc.
Handle<AVPacket> new_packet();
Handle<AVFrame> new_frame();

/// libav*'s own words for an error code, one line.
std::string error_text(int code);

/// libav* prints to stderr through one function for the whole process. The first call replaces it, once, by
/// one that prints nothing and counts, per thread, the messages of level "error" and worse. A host that sets
/// its own log function later is left alone; only the count below then stays at rest.
void set_up_once();

/// Error messages that libav* has sent on this thread so far. Some decoders (FFV1, MJPEG) tell of damage in
/// no other way.
std::int64_t errors_on_this_thread();

/// A dictionary of options that frees itself.
class Options {
 public:
  Options() = default;
  ~Options() { av_dict_free(&dict_); }
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;
  void set(const char* key, const std::string& value) { av_dict_set(&dict_, key, value.c_str(), 0); }
  AVDictionary** get() { return &dict_; }

 private:
  AVDictionary* dict_ = nullptr;
};

}  // namespace fasc::av
