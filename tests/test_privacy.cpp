// Privacy: unique words in every string tag, in the picture's border, in the folders and in the clips' names; every verb is run, and none of
// them may be found in any byte of any output, nor be read from any picture.
#include "dicom_clips.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include <nlohmann/json.hpp>

#include "fasc/anonymous.hpp"
#include "fasc/batch.hpp"
#include "fasc/report.hpp"
#include "shown_text.hpp"

namespace {

using namespace dicom_test;
namespace fs = std::filesystem;
using Words = std::vector<std::string>;

const cv::Size kScreen(640, 480);
const cv::Rect kEcho(90, 60, 460, 340);
const std::string kFolderWord = "FOLDERQUOXIMAN", kNameWord = "NAMEVYBRAQUEL", kControlWord = "NAMEZUKTOFERN", kKeyWord = "KEYHUMBRAXODIL";
const Words kBorderWords{"ZORBLAXIQUENT", "MUVEKTADORNIS", "GYRPLOHENDAK"};

// Moving speckle with skin and fat above, on a black screen with words around it. Only the target's half moves, so that both clips differ.
std::vector<cv::Mat> screen_frames(int count, int step) {
  std::vector<cv::Mat> frames;
  for (int i = 0; i < count; ++i) {
    cv::Mat picture = cv::Mat::zeros(kScreen, CV_8UC1);
    speckle(i * step, kEcho.size()).copyTo(picture(kEcho));
    shown_text::write(picture, kBorderWords[0], {8, 32});
    shown_text::write(picture, kBorderWords[1], {300, 32});
    shown_text::write(picture, kBorderWords[2], {20, 460});
    frames.push_back(picture);
  }
  return frames;
}

// A word for every kind of string, at the top, in a sequence, and in private elements.
DataSet with_words(DataSet d, Words& words) {
  const auto word = [&](const std::string& what) {
    words.push_back("TAGWORD" + what + "Q");
    return words.back();
  };
  const std::map<std::uint32_t, const char*> tags{
      {0x00080054, "AE"}, {0x00101010, "AS"}, {0x00080008, "CS"}, {0x00100030, "DA"}, {0x00101030, "DS"}, {0x0008002a, "DT"}, {0x00200013, "IS"},
      {0x00100020, "LO"}, {0x001021b0, "LT"}, {0x00100010, "PN"}, {0x00080050, "SH"}, {0x00080081, "ST"}, {0x00080030, "TM"}, {0x00189908, "UC"},
      {0x0020000d, "UI"}, {0x00081190, "UR"}, {0x0040a160, "UT"}, {0x00080070, "LO"}, {0x00080080, "LO"}, {0x00080090, "PN"}, {0x00081070, "PN"},
      {0x00104000, "LT"}, {0x00080020, "DA"}, {0x00080018, "UI"}, {0x0020000e, "UI"}, {0x00204000, "LT"}, {0x00180015, "CS"}, {0x00321060, "LO"}};
  for (const auto& [tag, vr] : tags) d.put(tag, vr, word(vr + std::to_string(tag % 65536)));
  DataSet inner, innermost;
  for (const auto& [tag, vr] : tags) innermost.put(tag, vr, word("DEEP" + std::string(vr) + std::to_string(tag % 65536)));
  for (const auto& [tag, vr] : tags) inner.put(tag, vr, word("NESTED" + std::string(vr) + std::to_string(tag % 65536)));
  d.sequence(0x00081140, {inner.sequence(0x00081199, {innermost.bytes()}).bytes()});
  d.put(0x00090010, "LO", word("CREATOR"));
  for (const char* vr : {"LO", "PN", "UN", "UT", "OB", "ST"}) d.put(0x00091001 + static_cast<std::uint32_t>(vr[0] + vr[1]), vr, word("PRIVATE" + std::string(vr)));
  d.sequence(0x00091099, {DataSet().put(0x0009109a, "LT", word("PRIVATENESTED")).bytes()});
  return d;
}

// What one run of the program printed.
struct Printed {
  int code = -1;
  std::string text;
};

// All outputs of a set of runs, and the words that must not be in them.
class Runs {
 public:
  explicit Runs(const Folder& folder) : folder_(folder), in_(folder / kFolderWord) {
    fs::create_directories(in_ + "/" + kFolderWord);
    DataSet d = with_words(basics(30, kScreen), words);
    write_bytes(clip(), native_file(kExplicit, d, screen_frames(30, 2)));
    fasc::VideoSettings settings;
    settings.gray = true;
    settings.fps = 25;
    fasc::VideoWriter writer(folder / "plain.mp4", kScreen, settings);
    const std::vector<cv::Mat> frames = screen_frames(30, 1);
    for (std::size_t i = 0; i < frames.size(); ++i) writer.add(frames[i], 0.04 * static_cast<double>(i));
    writer.finish(1.2);
    if (clip_test::have_ffmpeg()) {
      std::string metadata;
      for (const char* key : {"title", "artist", "comment", "description", "copyright", "synopsis"}) {
        words.push_back("METAWORD" + std::string(key) + "Q");
        metadata += " -metadata " + std::string(key) + "=" + words.back() + " -metadata:s:v " + key + "=" + words.back();
      }
      EXPECT_TRUE(clip_test::ffmpeg("-i '" + folder / "plain.mp4" + "' -c copy" + metadata + " '" + control() + "'"));
    } else {
      fs::copy_file(folder / "plain.mp4", control());
    }
    for (const auto& [name, bytes] : std::map<std::string, std::string>{{"JUNK" + kNameWord + ".dcm", std::string(900, 'j')},
                                                                       {"NOTE" + kNameWord + ".txt", "a note"},
                                                                       {"CUT" + kNameWord + ".mp4", read_bytes(control()).substr(0, 3000)}})
      write_bytes(in_ + "/" + kFolderWord + "/" + name, bytes);
    fs::copy_file(clip(), in_ + "/" + kFolderWord + "/SUB" + kNameWord + ".dcm");
  }

  std::string clip() const { return in_ + "/" + kNameWord + "_1.dcm"; }
  std::string control() const { return in_ + "/" + kControlWord + "_2.mp4"; }

  Printed run(const std::string& arguments) {
    Printed printed;
    const std::string file = folder_ / "printed";
    const int status = std::system((std::string(FASC_PROGRAM) + " " + arguments + " > '" + file + "' 2>&1").c_str());
    printed.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    printed.text = read_bytes(file);
    return printed;
  }

  Words words;

 private:
  const Folder& folder_;
  std::string in_;
};

// Every verb that writes or prints. `more` goes to each that reads clips.
std::string run_all(Runs& runs, const std::string& out, const std::string& more) {
  std::string printed;
  const auto run = [&](const std::string& arguments, int code) {
    const Printed got = runs.run(arguments);
    EXPECT_EQ(got.code, code) << arguments << "\n" << got.text;
    printed += got.text;
  };
  const std::string clip = " '" + runs.clip() + "'", control = " '" + runs.control() + "'", to = " --out " + out;
  run("analyze" + clip + " --control-clip" + control + to + "/analyze" + more, 0);
  run("measure" + clip + to + "/measure" + more, 0);
  run("measure" + control + to + "/control" + more, 0);
  run("bursts " + out + "/analyze" + to + "/bursts --threshold 6", 0);
  run("compare " + out + "/measure " + out + "/control" + to + "/compare", 0);
  run("annotate " + out + "/measure" + clip + to + "/again.mp4" + more, 0);
  run("inspect" + clip + " --png " + out + "/inspect.png" + more, 0);
  run("inspect" + control + " --json" + more, 0);
  run("batch '" + fs::path(runs.clip()).parent_path().string() + "'" + to + "/batch --jobs 1" + more, 3);
  run("batch '" + fs::path(runs.clip()).parent_path().string() + "'" + to + "/batch --jobs 1" + more, 3);  // keeps what is there
  run("merge " + out + "/batch" + to + "/merged", 0);
  return printed;
}

// What goes wrong is said without the name too.
std::string run_failures(Runs& runs, const std::string& out, const std::string& more) {
  std::string printed;
  const std::string folder = fs::path(runs.clip()).parent_path().string() + "/" + kFolderWord + "/", to = " --out " + out;
  for (const std::string& arguments :
       {"analyze '" + folder + "JUNK" + kNameWord + ".dcm'" + to + "/no", "analyze '" + folder + "NOSUCH" + kNameWord + "'" + to + "/no",
        "inspect '" + folder + "CUT" + kNameWord + ".mp4'", "measure '" + folder + "NOTE" + kNameWord + ".txt'" + to + "/no",
        "analyze '" + runs.clip() + "' --target 600,400,200,200" + to + "/no", "analyze '" + runs.clip() + "' --from 99" + to + "/no",
        "annotate " + out + "/measure '" + runs.control() + "'" + to + "/no.mp4"}) {
    const Printed got = runs.run(arguments + more);
    EXPECT_TRUE(got.code == 2 || got.code == 4) << arguments << got.text;
    printed += got.text;
  }
  return printed;
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

// Those of the words that are in the text, as they are, in other letters, in UTF-16 or in hex.
Words words_in(const std::string& text, const Words& words) {
  const std::string big = upper(text);
  Words found;
  for (const std::string& word : words) {
    std::string wide, hex;
    for (const char c : upper(word)) {
      wide += c, wide += '\0';
      hex += "0123456789ABCDEF"[static_cast<unsigned char>(c) >> 4];
      hex += "0123456789ABCDEF"[c & 15];
    }
    for (const std::string& form : {upper(word), wide, hex})
      if (big.find(form) != std::string::npos) {
        found.push_back(word);
        break;
      }
  }
  return found;
}

std::string decoded_base64(const std::string& text) {
  static const std::string kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string::npos) break;
    bits = bits << 6 | static_cast<unsigned>(digit);
    if ((count += 6) >= 8) bytes += static_cast<char>(bits >> (count -= 8) & 0xff);
  }
  return bytes;
}

// The pictures of one output: frames of a video, posters of a report and of a measurement, a PNG. PNG and JPEG go through FFmpeg.
std::vector<cv::Mat> pictures_of(const fs::path& file, const Folder& folder) {
  std::vector<cv::Mat> pictures;
  const auto frames_of = [&](const std::string& video, bool all) {
    fasc::ClipOptions options;
    options.colour = true;
    fasc::ClipReader reader(video, options);
    while (const auto frame = reader.next())
      if (all || frame->index % 10 == 0) pictures.push_back(frame->bgr.empty() ? frame->gray.clone() : frame->bgr.clone());
  };
  const auto still = [&](const std::string& picture) {
    EXPECT_TRUE(clip_test::ffmpeg("-i '" + picture + "' -c:v ffv1 -pix_fmt bgr0 '" + folder / "still.mkv" + "'")) << picture;
    frames_of(folder / "still.mkv", true);
  };
  if (file.extension() == ".mp4") frames_of(file.string(), false);
  if (file.extension() == ".png") still(file.string());
  if (file.extension() == ".html") {
    const std::string page = read_bytes(file.string()), mark = "data:image/jpeg;base64,";
    for (std::size_t at = page.find(mark); at != std::string::npos; at = page.find(mark, at + 1)) {
      write_bytes(folder / "poster.jpg", decoded_base64(page.substr(at + mark.size(), page.find('"', at) - at - mark.size())));
      still(folder / "poster.jpg");
    }
  }
  if (file.extension() == ".cbor") {
    const fasc::Measurement m = fasc::load_measurement(file.string());
    pictures.push_back(m.clip.poster);
    if (m.control_clip) pictures.push_back(m.control_clip->poster);
  }
  return pictures;
}

// The text of a file, decoded where it is coded; the name of a file is an output too.
std::string text_of(const fs::path& file) {
  std::string text = file.string() + "\n" + read_bytes(file.string());
  if (file.extension() == ".cbor") text += nlohmann::json::from_cbor(read_bytes(file.string())).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return text;
}

struct Searched {
  Words words;          ///< found, each with the file
  std::size_t files = 0, pictures = 0;
};

// Searches every output below a folder. `seen` keeps pictures that were read already.
Searched search(const Folder& folder, const fs::path& out, const Words& words) {
  Searched searched;
  std::vector<cv::Mat> known;
  for (const auto& entry : fs::recursive_directory_iterator(out)) {
    if (!entry.is_regular_file()) continue;
    ++searched.files;
    for (const std::string& word : words_in(text_of(entry.path()), words)) searched.words.push_back(word + " in " + entry.path().string());
    for (const cv::Mat& picture : pictures_of(entry.path(), folder)) {
      const auto same = [&](const cv::Mat& k) { return k.size() == picture.size() && k.type() == picture.type() && cv::norm(k, picture, cv::NORM_INF) < 25; };
      if (std::any_of(known.begin(), known.end(), same)) continue;
      known.push_back(picture);
      ++searched.pictures;
      for (const std::string& word : shown_text::words_on(picture, kBorderWords, folder / "read.png"))
        searched.words.push_back(word + " on a picture of " + entry.path().string());
    }
  }
  return searched;
}

std::string listed(const Words& words) {
  std::string all;
  for (const std::string& word : words) all += word + "\n";
  return all;
}

TEST(Privacy, NoWordOfTagsBorderOrFoldersInAnyOutput) {
  NEEDS_FFMPEG();
  const Folder folder;
  Runs runs(folder);
  fs::create_directories(folder / "out");
  const std::string printed = run_all(runs, folder / "out", "");
  Words forbidden = runs.words;
  forbidden.insert(forbidden.end(), kBorderWords.begin(), kBorderWords.end());
  EXPECT_GT(forbidden.size(), 90u);
  EXPECT_EQ(listed(words_in(printed, forbidden)), "");
  EXPECT_EQ(listed(words_in(run_failures(runs, folder / "out", ""), runs.words)), "");
  // The folder given to batch is in no output; what lies below it is in the tables and on the page of all clips.
  const auto names_clips = [](const fs::path& path) { return path.filename().string().rfind("batch.", 0) == 0 || path.filename().string().rfind("index.", 0) == 0; };
  for (const auto& entry : fs::recursive_directory_iterator(folder / "out"))
    if (entry.is_regular_file() && entry.path().string().find(kFolderWord) == std::string::npos && !names_clips(entry.path())) {
      EXPECT_EQ(listed(words_in(read_bytes(entry.path().string()), {kFolderWord})), "") << entry.path();
    }
  for (const char* table : {"out/batch/batch.json", "out/batch/batch.csv", "out/batch/index.html", "out/batch/index.csv"}) EXPECT_EQ(read_bytes(folder / table).find(kFolderWord + "/" + kFolderWord), std::string::npos);
  const Searched searched = search(folder, folder / "out", forbidden);
  EXPECT_EQ(listed(searched.words), "");
  EXPECT_GT(searched.files, 60u);
  EXPECT_GT(searched.pictures, 8u);
  RecordProperty("files", std::to_string(searched.files));
  RecordProperty("pictures", std::to_string(searched.pictures));
  // The search itself finds what is there: names where they are not hidden, words where the whole screen is asked for.
  EXPECT_EQ(words_in(read_bytes(folder / "out/analyze/result.json"), {kNameWord, kControlWord}).size(), 2u);
  fs::create_directories(folder / "shown");
  const std::string clip = " '" + runs.clip() + "'";
  ASSERT_EQ(runs.run("annotate " + folder / "out/measure" + clip + " --whole-screen --out " + folder / "shown/a.mp4").code, 0);
  ASSERT_EQ(runs.run("inspect" + clip + " --whole-screen --png " + folder / "shown/b.png").code, 0);
  const Searched shown = search(folder, folder / "shown", forbidden);
  for (const char* picture : {"a.mp4", "b.png"})
    for (const std::string& word : kBorderWords)
      EXPECT_TRUE(std::any_of(shown.words.begin(), shown.words.end(), [&](const std::string& w) { return w.find(word) == 0 && w.ends_with(picture); }))
          << word << " is on " << picture << " and must be found\n" << listed(shown.words);
}

TEST(Privacy, AnonymousHidesNamesAndTheKey) {
  NEEDS_FFMPEG();
  const Folder folder;
  Runs runs(folder);
  fs::create_directories(folder / "out");
  Words forbidden = runs.words;
  forbidden.insert(forbidden.end(), kBorderWords.begin(), kBorderWords.end());
  for (const std::string& word : {kFolderWord, kNameWord, kControlWord, kKeyWord}) forbidden.push_back(word);
  const std::string more = " --anonymous " + kKeyWord;
  const std::string printed = run_all(runs, folder / "out", more) + run_failures(runs, folder / "out", more);
  EXPECT_EQ(listed(words_in(printed, forbidden)), "") << printed;
  const Searched searched = search(folder, folder / "out", forbidden);
  EXPECT_EQ(listed(searched.words), "");
  EXPECT_GT(searched.files, 60u);
  const std::string name = fasc::pseudonym_of(kNameWord + "_1.dcm", kKeyWord), control = fasc::pseudonym_of(kControlWord + "_2.mp4", kKeyWord);
  EXPECT_EQ(name.size(), 16u);
  const auto result = nlohmann::json::parse(read_bytes(folder / "out/analyze/result.json"));
  EXPECT_EQ(result["clip"]["path"], name);
  EXPECT_EQ(result["clip"]["anonymous"], true);
  EXPECT_EQ(result["control_clip"]["path"], control);
  EXPECT_EQ(result["options"]["control_clip"], control);
  EXPECT_FALSE(result["options"].contains("anonymous"));
  EXPECT_EQ(nlohmann::json::parse(read_bytes(folder / "out/compare/result.json"))["options"]["control_clip"], control);
  EXPECT_TRUE(fs::exists(folder / "out/batch/" + name + "/result.json"));
  EXPECT_EQ(read_bytes(folder / "out/batch/batch.json"), read_bytes(folder / "out/merged/batch.json"));
  EXPECT_EQ(result["clip"]["sha256"], fasc::sha256_of_file(runs.clip())) << "what was measured can still be checked by who has it";
}

TEST(Privacy, SameKeySameBytesAnotherKeyAnotherName) {
  const Folder folder;
  Runs runs(folder);
  fasc::AnalyzeOptions options;
  options.anonymous = "keyone";
  const auto json = [&] { return fasc::result_json(fasc::analyze(runs.clip(), options)); };
  const std::string first = json();
  EXPECT_EQ(json(), first);
  options.anonymous = "two";
  const std::string other = json();
  EXPECT_NE(other, first);
  EXPECT_EQ(first.find("keyone"), std::string::npos);
  // Named later, from what was saved under the clip's own name.
  options.anonymous.reset();
  fasc::Measurement m = fasc::measure(runs.clip(), options);
  fasc::anonymise(m, "two");
  EXPECT_EQ(fasc::result_json(fasc::conclude(m)), other);
  fasc::anonymise(m, "keyone");
  EXPECT_EQ(fasc::result_json(fasc::conclude(m)), other) << "a pseudonym is not hashed again";
  EXPECT_HAS(fasc_test::message_of([&] { fasc::anonymise(m, ""); }), "key is empty");
  options.anonymous = "";
  EXPECT_HAS(fasc_test::message_of([&] { options.check(); }), "key is empty");
  EXPECT_EQ(runs.run("inspect '" + runs.clip() + "' --anonymous ''").code, 2);
}

TEST(Privacy, TextInsideTheEchoIsWarnedOfByPlaceOnly) {
  const Folder folder;
  DataSet d = basics(30, kScreen);
  Box whole;  // the file says that all of the picture is echo
  whole.x0 = 0, whole.y0 = 0, whole.x1 = 639, whole.y1 = 479, whole.dy = whole.dx;
  d.sequence(0x00186011, {region_of(whole)});
  write_bytes(folder / "clip.dcm", native_file(kExplicit, d, screen_frames(30, 2)));
  fasc::AnalyzeOptions options;
  options.target = fasc::parse_region("120,120,300,200");
  fasc::Measurement m = fasc::measure(folder / "clip.dcm", options);
  ASSERT_EQ(m.clip.screen.echo_areas.size(), 1u);
  EXPECT_EQ(m.clip.screen.texts_inside.size(), kBorderWords.size());
  for (const cv::Rect& text : m.clip.screen.texts_inside) EXPECT_TRUE((text & kEcho).empty() && text.height < 40 && text.width > 100) << text;
  fasc::save_measurement(m, folder / "m.cbor");
  const fasc::Analysis a = fasc::conclude(fasc::load_measurement(folder / "m.cbor"));
  const auto warned = std::count_if(a.warnings.begin(), a.warnings.end(), [](const std::string& w) { return w.find("looks like text lies inside the echo area, at ") != std::string::npos; });
  EXPECT_EQ(warned, 1);
  const auto json = nlohmann::json::parse(fasc::result_json(a));
  EXPECT_EQ(json["clip"]["texts_inside"].size(), kBorderWords.size());
  EXPECT_EQ(listed(words_in(json.dump(), kBorderWords)), "");
}

TEST(Privacy, PseudonymsAreHmacSha256) {
  // RFC 4231, test case 2: anyone can make them again, e.g. by openssl dgst -sha256 -hmac KEY.
  EXPECT_EQ(fasc::pseudonym_of("what do ya want for nothing?", "Jefe"), "5bdcc146bf60754e");
  // Test case 6: a key longer than a block.
  EXPECT_EQ(fasc::pseudonym_of("Test Using Larger Than Block-Size Key - Hash Key First", std::string(131, '\xaa')), "60e431591ee0b67f");
  EXPECT_HAS(fasc_test::message_of([] { fasc::pseudonym_of("a", ""); }), "key is empty");
}

TEST(Privacy, FailuresOfABatchNameNoFolder) {
  const Folder folder;
  Runs runs(folder);
  fasc::BatchOptions options;
  options.video = false;
  options.jobs = 1;
  const auto items = fasc::batch(fs::path(runs.clip()).parent_path().string(), folder / "out", options);
  int failed = 0;
  for (const fasc::BatchItem& item : items) {
    if (item.status != fasc::BatchItem::Status::failed) continue;
    ++failed;
    EXPECT_EQ(item.reason.find(kFolderWord), std::string::npos) << item.reason;
    EXPECT_EQ(item.reason.find('/'), std::string::npos) << item.reason;
    EXPECT_NE(item.reason, "");
    EXPECT_HAS(item.file, kNameWord);
  }
  EXPECT_EQ(failed, 2);
}

}  // namespace
