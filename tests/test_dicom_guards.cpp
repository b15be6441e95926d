// DICOM: pieces and offset tables, damage, hostile files, privacy.
#include "dicom_clips.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "fasc/batch.hpp"
#include "run_cost.hpp"

namespace {

using namespace dicom_test;

// ---- pieces, tables, damage --------------------------------------------------------------------------------------------------------

TEST(DicomPieces, SeveralPerFrameWithAndWithoutTable) {
  const Folder folder;
  const auto whole = jpeg_pieces();
  write_bytes(folder / "whole", jpeg_file(whole, ""));
  const Reading wanted = read_clip(folder / "whole");
  ASSERT_EQ(wanted.times_s.size(), 5u);
  const DataSet d;
  std::vector<std::string> pieces;
  std::string table;
  std::uint32_t offset = 0;
  for (const std::string& w : whole) {
    table += d.u32(offset);
    const std::size_t half = w.size() / 2 & ~std::size_t{1};
    for (const std::string& p : {w.substr(0, half), w.substr(half)}) pieces.push_back(p), offset += static_cast<std::uint32_t>(p.size()) + 8;
  }
  write_bytes(folder / "table", jpeg_file(pieces, table));
  write_bytes(folder / "no_table", jpeg_file(pieces, ""));
  std::string odd = table;
  odd[4] = static_cast<char>(odd[4] + 2);
  write_bytes(folder / "odd_table", jpeg_file(pieces, odd));
  write_bytes(folder / "huge_table", jpeg_file(pieces, table.substr(0, 4) + std::string(16, '\xff')));
  write_bytes(folder / "short_table", jpeg_file(pieces, table.substr(0, 8)));
  DataSet extended = basics(kFrames, kSize);
  std::string wide;
  for (std::size_t i = 0; i < table.size(); i += 4) wide += table.substr(i, 4) + std::string(4, '\0');
  extended.put(0x7fe00001, "OV", wide);
  write_bytes(folder / "extended", jpeg_file(pieces, "", extended));
  for (const char* name : {"table", "no_table", "odd_table", "huge_table", "short_table", "extended"}) {
    const Reading got = read_clip(folder / name);
    EXPECT_TRUE(got.complete) << name;
    EXPECT_EQ(got.hash, wanted.hash) << name;
  }
  EXPECT_HAS(read_clip(folder / "odd_table").info.notes.at(0), "offset table");
}

TEST(DicomPieces, ThatCannotBeToldApartAreRefused) {
  const Folder folder;
  write_bytes(folder / "rle", with_meta("1.2.840.10008.1.2.5", basics(kFrames, kSize).bytes() + encapsulated({"ab", "cd", "ef"})));
  EXPECT_HAS(refusal(folder / "rle"), "3 pieces of pixel data cannot be told apart into 5 frames");
}

TEST(DicomDamage, MorePicturesThanStatedIsSaid) {
  const Folder folder;
  DataSet d = basics(kFrames, kSize);
  write_bytes(folder / "c", plain_file(d.put(0x00280008, "IS", "3")));
  const Reading got = read_clip(folder / "c");
  EXPECT_EQ(got.times_s.size(), 3u);
  EXPECT_FALSE(got.complete);
  EXPECT_HAS(got.problems.at(0), "more pictures than NumberOfFrames");
}

TEST(DicomDamage, AFrameThatCannotBeDecodedKeepsTheTimesOfTheOthers) {
  const Folder folder;
  auto pieces = jpeg_pieces();
  pieces[2] = std::string(pieces[2].size(), 'x');
  write_bytes(folder / "c", jpeg_file(pieces, ""));
  const Reading got = read_clip(folder / "c");
  ASSERT_EQ(got.times_s.size(), 4u);
  EXPECT_NEAR(got.times_s[2], 0.12, 1e-12);
  EXPECT_FALSE(got.complete);
  EXPECT_HAS(got.problems.at(0), "4 of 5 frames decoded");
  EXPECT_HAS(got.problems.at(1), "frame 3");
}

/// Cut anywhere, a file is refused or said to be incomplete.
void cut_everywhere(const Folder& folder, const std::string& bytes, std::size_t places) {
  std::size_t usable = 0;
  for (std::size_t i = 1; i < places; ++i) {
    write_bytes(folder / "cut", bytes.substr(0, bytes.size() * i / places));
    try {
      const Reading got = read_clip(folder / "cut");
      EXPECT_FALSE(got.complete) << "cut to " << bytes.size() * i / places << " of " << bytes.size();
      EXPECT_LE(got.times_s.size(), static_cast<std::size_t>(kFrames));
      usable += !got.times_s.empty();
    } catch (const fasc::ClipError& error) {
      EXPECT_HAS(error.what(), "cut");
    }
  }
  EXPECT_GT(usable, places / 8) << "what is there is still read";
}

TEST(DicomDamage, CutAnywhereIsNeverSilentlyShort) {
  const Folder folder;
  cut_everywhere(folder, plain_file(), 60);
  cut_everywhere(folder, jpeg_file(jpeg_pieces(), ""), 60);
  write_bytes(folder / "plain", plain_file());
  for (const auto syntax : {EXS_DeflatedLittleEndianExplicit, EXS_RLELossless, EXS_JPEGLSLossless}) {
    ASSERT_TRUE(recode(folder / "plain", folder / "coded", syntax));
    cut_everywhere(folder, read_bytes(folder / "coded"), 25);
  }
  std::vector<std::string> pieces;
  for (const cv::Mat& f : gray_frames()) pieces.push_back(jpeg2000_of(f, 0));
  cut_everywhere(folder, with_meta("1.2.840.10008.1.2.4.90", basics(kFrames, kSize).bytes() + encapsulated(pieces)), 25);
}

TEST(DicomDamage, DamagedBytesNeverCrashOrShortenSilently) {
  const Folder folder;
  cv::RNG random(5);
  std::vector<std::string> files{plain_file(), jpeg_file(jpeg_pieces(), "")};
  write_bytes(folder / "plain", files[0]);
  for (const auto syntax : {EXS_RLELossless, EXS_JPEGProcess14SV1, EXS_JPEGLSLossless, EXS_DeflatedLittleEndianExplicit}) {
    ASSERT_TRUE(recode(folder / "plain", folder / "coded", syntax));
    files.push_back(read_bytes(folder / "coded"));
  }
  std::vector<std::string> pieces;
  for (const cv::Mat& f : gray_frames()) pieces.push_back(jpeg2000_of(f, 0));
  files.push_back(with_meta("1.2.840.10008.1.2.4.90", basics(kFrames, kSize).bytes() + encapsulated(pieces)));
  for (const std::string& file : files) {
    for (int i = 0; i < 25; ++i) {
      std::string damaged = file;
      for (int k = 0; k < 4; ++k) damaged[static_cast<std::size_t>(random.uniform(132, static_cast<int>(file.size())))] = static_cast<char>(random.uniform(0, 256));
      write_bytes(folder / "damaged", damaged);
      try {
        const Reading got = read_clip(folder / "damaged");
        const auto stated = static_cast<std::size_t>(got.info.frames_expected.value_or(0));
        EXPECT_TRUE(!got.complete || got.times_s.size() == stated);
      } catch (const fasc::ClipError&) {
      }
    }
  }
}

// ---- hostile files -----------------------------------------------------------------------------------------------------------------

DataSet sized(std::uint32_t columns, std::uint32_t rows, const std::string& frames) {
  return basics(1, kSize).us(0x00280010, rows).us(0x00280011, columns).put(0x00280008, "IS", frames);
}

#ifdef FASC_PROGRAM

using clip_test::cost_of;
using clip_test::Cost;
using clip_test::expect_refused;

TEST(DicomHostile, HugePicturesAndNumbersOfFrames) {
  const Folder folder;
  const std::string rle = std::string("\1\0\0\0\x40\0\0\0", 8) + std::string(56, '\0') + std::string(64, '\x81');
  const auto coded = [&](const DataSet& d) { return with_meta("1.2.840.10008.1.2.5", d.bytes() + encapsulated({rle})); };
  const std::string bomb = coded(sized(65535, 65535, "1"));
  EXPECT_LT(bomb.size(), 700u);
  expect_refused(cost_of(folder, bomb), "65535 x 65535 px is over the limit of 16700000 px");
  expect_refused(cost_of(folder, coded(sized(4080, 4080, "1"))), "cannot hold a picture");
  expect_refused(cost_of(folder, coded(sized(4080, 4080, "2147483647"))), "decoded bytes");
  expect_refused(cost_of(folder, coded(sized(64, 48, "999999999999999999999"))), "NumberOfFrames");
  expect_refused(cost_of(folder, coded(sized(64, 48, "-3"))), "NumberOfFrames");
  expect_refused(cost_of(folder, coded(sized(64, 0, "1"))), "Rows 0");
  expect_refused(cost_of(folder, coded(sized(0, 48, "1"))), "Columns 0");
  const Cost few = cost_of(folder, native_file(kExplicit, sized(64, 48, "100000000"), gray_frames()));
  EXPECT_EQ(few.exit_code, 0);  // five frames are there: usable, not complete
}

TEST(DicomHostile, ManyEmptyPicturesThatDecodeToMuch) {
  const Folder folder;
  const cv::Mat black = cv::Mat::zeros(4000, 4000, CV_8UC1);
  const std::string jpeg2000 = jpeg2000_of(black, 0);
  ASSERT_LT(jpeg2000.size(), 20000u);
  const std::size_t count = std::min<std::size_t>(1000, 1000000 / (jpeg2000.size() + 8));
  const std::vector<std::string> pieces(count, jpeg2000);
  expect_refused(cost_of(folder, with_meta("1.2.840.10008.1.2.4.90", sized(4000, 4000, std::to_string(count)).bytes() + encapsulated(pieces))),
                 "would be decoded to");
}

TEST(DicomHostile, TheMostThatIsLetThroughIsStillCheap) {
  const Folder folder;
  const cv::Mat black = cv::Mat::zeros(4000, 4000, CV_8UC1);
  std::string jpeg2000 = jpeg2000_of(black, 0);
  const std::vector<std::string> pieces(6, jpeg2000 + std::string(100000, '\0'));
  const Cost cost = cost_of(folder, with_meta("1.2.840.10008.1.2.4.90", sized(4000, 4000, "6").bytes() + encapsulated(pieces)));
  EXPECT_TRUE(cost.exit_code == 0 || cost.exit_code == 4) << cost.words;
}

TEST(DicomHostile, DeflateBomb) {
  const Folder folder;
  DataSet d = sized(4000, 4000, "1");
  const std::string zeros(150'000'000, '\0');
  write_bytes(folder / "plain", with_meta(kExplicit, d.put(0x00090011, "OB", zeros).bytes() + DataSet().put(0x7fe00010, "OW", std::string(64, '\0')).bytes()));
  ASSERT_TRUE(recode(folder / "plain", folder / "bomb", EXS_DeflatedLittleEndianExplicit));
  const std::string bomb = read_bytes(folder / "bomb");
  ASSERT_LT(bomb.size(), 200000u);
  expect_refused(cost_of(folder, bomb), "inflates to over");
}

TEST(DicomHostile, NestingAndLengths) {
  const Folder folder;
  const DataSet d;
  const auto nested = [&](std::uint32_t tag, bool stated) {
    std::string inner;
    for (int i = 0; i < 40000 && inner.size() < 900000; ++i) {
      if (stated)
        inner = d.head(0xfffee000, "", static_cast<std::uint32_t>(inner.size() + 12)) + d.head(tag, "SQ", static_cast<std::uint32_t>(inner.size())) + inner;
      else
        inner += d.head(0xfffee000, "", 0xffffffff) + d.head(tag, "SQ", 0xffffffff);
      if (stated && i > 400) break;
    }
    return d.head(tag, "SQ", stated ? static_cast<std::uint32_t>(inner.size()) : 0xffffffff) + inner;
  };
  expect_refused(cost_of(folder, with_meta(kExplicit, sized(64, 48, "5").raw(0x00081140, nested(0x00081140, false)).bytes())), "nested deeper");
  expect_refused(cost_of(folder, with_meta(kExplicit, sized(64, 48, "5").raw(0x00186011, nested(0x00186011, false)).bytes())), "nested deeper");
  expect_refused(cost_of(folder, with_meta(kExplicit, sized(64, 48, "5").raw(0x00186011, nested(0x00186011, true)).bytes())), "nested deeper");
  for (const std::uint32_t length : {0xfffffffeu, 0x7fffffffu, 0x80000000u, 100000u})
    expect_refused(cost_of(folder, with_meta(kExplicit, sized(64, 48, "5").raw(0x00090010, d.head(0x00090010, "OB", length)).bytes())),
                   "states " + std::to_string(length) + " bytes");
  expect_refused(cost_of(folder, with_meta(kExplicit, sized(64, 48, "5").put(0x00181063, "UN", std::string(100000, '4')).bytes())), "100000 bytes long");
  const Cost pixels = cost_of(folder, with_meta(kExplicit, sized(64, 48, "5").raw(0x7fe00010, d.head(0x7fe00010, "OW", 0xfffffffe)).bytes()));
  expect_refused(pixels, "no frame of 5 can be decoded");
  std::string many;  // a hundred thousand elements
  for (std::uint32_t i = 0; i < 110000; ++i) many += d.head(0x00090000 + (110000 - i) % 65536, "LO", 0);
  EXPECT_EQ(cost_of(folder, with_meta(kExplicit, many + plain_file().substr(plain_file().find(std::string("\x08\x00\x16\x00UI", 6))))).exit_code, 0);
}

TEST(DicomHostile, PiecesWithoutEndAndTablesWithoutSense) {
  const Folder folder;
  const DataSet d;
  const auto pixels = [&](const std::string& pieces) {
    return with_meta("1.2.840.10008.1.2.5", sized(64, 48, "5").bytes() + d.head(0x7fe00010, "OB", 0xffffffff) + pieces);
  };
  expect_refused(cost_of(folder, pixels(d.head(0xfffee000, "", 0xfffffffe))), "no frame of 5");
  expect_refused(cost_of(folder, pixels(d.head(0xfffee000, "", 0) + d.head(0xfffee000, "", 0xfffffff0) + "abcdefgh")), "no frame of 5");
  expect_refused(cost_of(folder, pixels("")), "no frame of 5");
  std::string empty = d.head(0xfffee000, "", 0);
  for (int i = 0; i < 100000; ++i) empty += d.head(0xfffee000, "", 0);
  EXPECT_EQ(cost_of(folder, pixels(empty)).exit_code, 4);
  // A JPEG picture that claims another size than the file, and one of many passes.
  std::string jpeg = fasc::encode_jpeg(gray_frames(1)[0]);
  const std::size_t frame = jpeg.find("\xff\xc0");
  ASSERT_NE(frame, std::string::npos);
  jpeg.replace(frame + 5, 4, "\xff\xff\xff\xff");
  expect_refused(cost_of(folder, jpeg_file({jpeg}, "", sized(64, 48, "1"))), "states another size");
}

#endif

TEST(DicomGuards, LimitsAreOptions) {
  const Folder folder;
  write_bytes(folder / "c", plain_file());
  fasc::ClipOptions options;
  options.max_frame_px = 64 * 48 - 1;
  EXPECT_HAS(refusal(folder / "c", options), "--max-frame-px");
  options.max_frame_px = 64 * 48;
  options.max_decoded_bytes = 64 * 48 * 5 - 1;
  EXPECT_HAS(refusal(folder / "c", options), "--max-decoded-bytes");
  options.max_decoded_bytes = 64 * 48 * 5;
  EXPECT_TRUE(read_clip(folder / "c", false, options).complete);
  clip_test::write_clip(folder / "v.mp4", "h264", 20);
  options.max_frame_px = 1 << 20;
  options.max_decoded_bytes = 160 * 120 * 10;
  EXPECT_HAS(fasc_test::message_of<fasc::ClipError>([&] { read_clip(folder / "v.mp4", false, options); }), "--max-decoded-bytes");
  options.max_decoded_bytes = 0;
  EXPECT_HAS(fasc_test::message_of([&] { read_clip(folder / "c", false, options); }), "max_decoded_bytes 0");
}

// ---- privacy and results -----------------------------------------------------------------------------------------------------------

TEST(DicomPrivacy, NoTextOfTheDataSetLeavesTheReader) {
  const Folder folder;
  const cv::Size size(160, 128);
  DataSet d = basics(30, size);
  const char* kinds[] = {"LO", "PN", "SH", "ST", "LT", "UT", "AE", "CS", "DA", "TM", "DT", "UI", "AS", "LO", "IS"};
  std::uint32_t number = 0;
  for (const std::uint32_t group : {0x0008u, 0x0009u, 0x0010u, 0x0018u, 0x0020u, 0x0032u, 0x0040u, 0x0400u})
    for (std::uint32_t element = 0x0011; element < 0x1100; element += 0x0035) {
      const char* vr = kinds[number % std::size(kinds)];
      if (group == 0x0018 && (element == 0x0040 || element > 0x1000)) continue;
      d.put(group << 16 | element, vr, "TOKEN" + std::to_string(1000 + number++) + "Q");
    }
  d.put(0x00100010, "PN", "TOKEN^PATIENTQ").put(0x00081090, "LO", "TOKENMODELQ").put(0x00080060, "CS", "TOKENMODQ").put(0x00280034, "IS", "TOKENQ");
  d.sequence(0x00081140, {DataSet().put(0x00104000, "LT", "TOKENNESTEDQ").bytes()});
  Box box;
  box.x1 = 155, box.y1 = 120;
  d.sequence(0x00186011, {region_of(box) + DataSet().put(0x00186050, "LT", "TOKENREGIONQ").bytes()});
  write_bytes(folder / "clip.dcm", native_file(kExplicit, d, gray_frames(30, size)));
  fasc::AnalyzeOptions options;
  options.target = fasc::parse_region("40,50,80,60");
  const fasc::Analysis a = fasc::analyze_into(folder / "clip.dcm", folder / "out", options, fasc::AnnotateOptions{});
  EXPECT_TRUE(a.clip.complete);
  EXPECT_EQ(a.clip.scale.source, "file");
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "out")) {
    const std::string bytes = read_bytes(entry.path().string());
    EXPECT_EQ(bytes.find("TOKEN"), std::string::npos) << entry.path();
    ++files;
  }
  EXPECT_GE(files, 7u);
  const std::string json = read_bytes(folder / "out/result.json");
  for (const char* part : {"\"mm_per_px_source\": \"file\"", "Sequence of Ultrasound Regions", "\"time_source\": \"FrameTime\"", "1.2.840.10008.1.2.1 "})
    EXPECT_HAS(json, part);
  EXPECT_HAS(read_bytes(folder / "out/report.html"), "Sequence of Ultrasound Regions");
  // Nor in errors.
  write_bytes(folder / "bad.dcm", with_meta("TOKENUIDQ", d.bytes()));
  EXPECT_EQ(refusal(folder / "bad.dcm").find("TOKEN"), std::string::npos);
}

}  // namespace
