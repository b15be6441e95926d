// Reading reviews (CSV, JSON), and F1 and Cohen's kappa of two lists of events.
#include "fasc/review.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "batch_files.hpp"
#include "delimited.hpp"
#include "ffmpeg.hpp"
#include "short_number.hpp"

namespace fasc {
namespace {

using Json = nlohmann::json;

constexpr const char* kSchema = "fasc.review/1";
constexpr std::array kAllDecisions{Decision::unreviewed, Decision::accepted, Decision::rejected, Decision::relabelled, Decision::added};
constexpr std::array kAllKinds{BurstKind::fasciculation, BurstKind::probe_motion, BurstKind::contraction, BurstKind::pulsation,
                               BurstKind::artefact};

/// Where something stands, for messages: "file:12" or "file, event 3".
[[noreturn]] void refuse(const std::string& where, const std::string& column, const std::string& found, const std::string& allowed) {
  throw ClipError(where + ": " + column + " is \"" + batch_detail::one_line(found.substr(0, 80)) + "\"; allowed: " + allowed);
}

template <class Values>
std::string words_of(const Values& values) {
  std::string all;
  for (const auto value : values) all += (all.empty() ? "" : ", ") + std::string(to_string(value));
  return all;
}

template <class Values>
auto word(const Values& values, const std::string& where, const char* column, const std::string& text) {
  for (const auto value : values)
    if (text == to_string(value)) return value;
  refuse(where, column, text, words_of(values));
}

/// What both kinds of file hold of an event, still as text.
struct RawEvent {
  std::string where, region, onset_s, end_s, kind, decision, automatic_kind, note;
};

ReviewedEvent event_of(const RawEvent& raw) {
  ReviewedEvent event;
  if (raw.region != "target" && raw.region != "control") refuse(raw.where, "region", raw.region, "target, control");
  event.region = raw.region;
  const auto seconds = [&](const char* column, const std::string& text) {
    const std::optional<double> value = delimited::number(text);
    if (!value || !(*value >= 0)) refuse(raw.where, column, text, "seconds from 0");
    return *value;
  };
  event.onset_s = seconds("onset_s", raw.onset_s);
  event.end_s = seconds("end_s", raw.end_s);
  if (event.end_s < event.onset_s) refuse(raw.where, "end_s", raw.end_s, "seconds from onset_s (" + raw.onset_s + ") on");
  event.kind = word(kAllKinds, raw.where, "kind", raw.kind);
  event.decision = word(kAllDecisions, raw.where, "decision", raw.decision);
  if (!raw.automatic_kind.empty()) event.automatic_kind = word(kAllKinds, raw.where, "automatic_kind", raw.automatic_kind);
  event.note = raw.note;
  return event;
}

/// Every row says the same of itself, or nothing.
void take_same(std::string& into, const std::string& text, const std::string& where, const char* column) {
  if (text.empty()) return;
  if (!into.empty() && into != text) refuse(where, column, text, "the same in every row (" + into + ")");
  into = text;
}

Review from_csv(const std::string& text, const std::string& name) {
  delimited::Table table;
  try {
    table = delimited::read(text);
  } catch (const delimited::Broken& broken) {
    throw ClipError(name + ":" + std::to_string(broken.line) + ": " + broken.what());
  }
  for (const char* column : {"region", "onset_s", "end_s", "kind", "decision"})
    if (!table.has(column))
      throw ClipError(name + ":1: there is no column " + column + "; allowed: a review exported from report.html, with the columns region, "
                      "onset_s, end_s, kind, decision");
  Review review;
  for (const delimited::Row& row : table.rows) {
    const std::string where = name + ":" + std::to_string(row.line);
    const auto cell = [&](const char* column) { return delimited::without_guard(table.cell(row, column)); };
    review.events.push_back(event_of({where, cell("region"), cell("onset_s"), cell("end_s"), cell("kind"), cell("decision"),
                                      cell("automatic_kind"), cell("note")}));
    take_same(review.reviewer, cell("reviewer"), where, "reviewer");
    take_same(review.clip_sha256, cell("clip_sha256"), where, "clip_sha256");
  }
  return review;
}

/// Text of a JSON value: strings as they are, numbers as written, null as nothing.
std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

Review from_json(const std::string& text, const std::string& name) {
  Json json;
  try {
    json = Json::parse(text);
  } catch (const Json::parse_error& error) {
    const std::size_t end = std::min(error.byte, text.size());
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), '\n');
    throw ClipError(name + ":" + std::to_string(line) + ": is not whole JSON; allowed: a review exported from report.html");
  }
  if (!json.is_object() || text_of(json, "schema") != kSchema)
    throw ClipError(name + ":1: schema is not \"" + kSchema + "\"; allowed: a review exported from report.html");
  Review review;
  review.reviewer = text_of(json, "reviewer");
  if (json.contains("clip") && json["clip"].is_object()) review.clip_sha256 = text_of(json["clip"], "sha256");
  if (!json.contains("events") || !json["events"].is_array()) throw ClipError(name + ": there is no list \"events\"");
  for (std::size_t i = 0; i < json["events"].size(); ++i) {
    const Json& e = json["events"][i];
    const std::string where = name + ", event " + std::to_string(i + 1);
    if (!e.is_object()) throw ClipError(where + ": is not an object");
    review.events.push_back(event_of({where, text_of(e, "region"), text_of(e, "onset_s"), text_of(e, "end_s"), text_of(e, "kind"),
                                      text_of(e, "decision"), text_of(e, "automatic_kind"), text_of(e, "note")}));
  }
  return review;
}

/// On a line, taking the earliest partner that is near enough gives the most pairs.
int matched(const std::vector<double>& first_s, const std::vector<double>& second_s) {
  int pairs = 0;
  for (std::size_t a = 0, b = 0; a < first_s.size() && b < second_s.size();) {
    const double apart = second_s[b] - first_s[a];
    if (std::abs(apart) <= kReviewMatch_s + 1e-9) {
      ++pairs, ++a, ++b;
    } else {
      apart < 0 ? ++b : ++a;
    }
  }
  return pairs;
}

// Windows are counted with int, from both sides of from_s.
constexpr double kLongestObserved_s = 1e9;

/// The windows of which at least half was observed, by their numbers. Windows inside a stretch are kept as runs, so that hours without an event
/// take no memory.
struct ObservedWindows {
  std::vector<std::pair<long, long>> runs;  ///< first and last, rising: whole windows
  std::vector<long> edges;                  ///< rising: those in which a stretch begins or ends

  long count() const {
    long all = static_cast<long>(edges.size());
    for (const auto& [first, last] : runs) all += last - first + 1;
    return all;
  }
  bool in_run(long k) const {
    const auto after = std::upper_bound(runs.begin(), runs.end(), k, [](long at, const auto& run) { return at < run.first; });
    return after != runs.begin() && k <= std::prev(after)->second;
  }
  bool has(long k) const { return in_run(k) || std::binary_search(edges.begin(), edges.end(), k); }
};

ObservedWindows observed_windows(const std::vector<Span>& observed, double from_s) {
  ObservedWindows windows;
  std::map<long, double> seen_s;
  const auto low_s = [from_s](long k) { return from_s + static_cast<double>(k) * kReviewWindow_s; };
  for (const auto& [begin, end] : observed) {
    const long first = static_cast<long>(std::floor((begin - from_s) / kReviewWindow_s));
    long last = static_cast<long>(std::floor((end - from_s) / kReviewWindow_s));
    while (last >= first && !(low_s(last) < end)) --last;
    const auto see = [&, begin = begin, end = end](long k) {
      seen_s[k] += std::max(0.0, std::min(end, low_s(k) + kReviewWindow_s) - std::max(begin, low_s(k)));
    };
    if (first <= last) see(first);
    if (first < last) see(last);
    const long inner = std::max(first + 1, windows.runs.empty() ? first + 1 : windows.runs.back().second + 1);
    if (inner < last) windows.runs.emplace_back(inner, last - 1);
  }
  for (const auto& [k, s] : seen_s)
    if (s >= 0.5 * kReviewWindow_s - 1e-9 && !windows.in_run(k)) windows.edges.push_back(k);
  return windows;
}

/// Numbers of the windows in which an event begins, rising, each once; none that is too far away to be observed.
std::vector<long> windows_of(const std::vector<double>& rising_s, double from_s) {
  std::vector<long> windows;
  for (const double onset_s : rising_s) {
    const double k = std::floor((onset_s - from_s) / kReviewWindow_s);
    if (std::abs(k) <= kLongestObserved_s / kReviewWindow_s + 1 && (windows.empty() || windows.back() != static_cast<long>(k)))
      windows.push_back(static_cast<long>(k));
  }
  return windows;
}

double kappa_of(const Agreement& a) {
  const double n = a.windows, first = (a.both + a.first_only) / n, second = (a.both + a.second_only) / n;
  const double by_chance = first * second + (1 - first) * (1 - second);
  if (!(by_chance < 1 - 1e-12)) return std::numeric_limits<double>::quiet_NaN();
  return (a.observed_agreement - by_chance) / (1 - by_chance);
}

void check_times(const std::vector<double>& onsets_s, const char* name) {
  for (const double onset_s : onsets_s)
    if (!std::isfinite(onset_s)) throw MisuseError(std::string(name) + " has an onset of " + short_number(onset_s) + " s; allowed: finite times");
}

}  // namespace

const char* to_string(Decision decision) {
  switch (decision) {
    case Decision::unreviewed: return "unreviewed";
    case Decision::accepted: return "accepted";
    case Decision::rejected: return "rejected";
    case Decision::relabelled: return "relabelled";
    case Decision::added: return "added";
  }
  return "unknown";
}

std::vector<double> Review::fasciculation_onsets_s(const std::string& region) const {
  std::vector<double> onsets_s;
  for (const ReviewedEvent& e : events)
    if (e.region == region && e.kind == BurstKind::fasciculation && e.decision != Decision::rejected) onsets_s.push_back(e.onset_s);
  std::sort(onsets_s.begin(), onsets_s.end());
  return onsets_s;
}

Review parse_review(const std::string& text, const std::string& name) {
  const std::size_t first = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (first == std::string::npos) throw ClipError(name + ":1: is empty; allowed: a review exported from report.html");
  Review review = text[first] == '{' ? from_json(text.substr(first), name) : from_csv(text, name);
  review.file = std::filesystem::path(name).filename().string();
  review.sha256 = sha256_of(text);
  return review;
}

Review read_review(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) throw NotFoundError(path + ": no such file");
  if (std::filesystem::is_directory(path, error)) throw ClipError(path + ": is a folder; allowed: a review exported from report.html");
  if (std::filesystem::file_size(path, error) > 100'000'000) throw ClipError(path + ": is larger than 100 MB; allowed: a review exported from report.html");
  return parse_review(batch_detail::read_file(path), path);
}

Agreement agreement(std::vector<double> first_onsets_s, std::vector<double> second_onsets_s, const std::vector<Span>& observed, double from_s) {
  check_times(first_onsets_s, "the first list");
  check_times(second_onsets_s, "the second list");
  if (!std::isfinite(from_s)) throw MisuseError("from_s is " + short_number(from_s) + "; allowed: a finite time");
  for (std::size_t i = 0; i < observed.size(); ++i)
    if (!std::isfinite(observed[i].first) || !std::isfinite(observed[i].second) || observed[i].second < observed[i].first ||
        (i > 0 && observed[i].first < observed[i - 1].second - 1e-9))
      throw MisuseError("observed stretch " + std::to_string(i + 1) + " is " + short_number(observed[i].first) + " to " +
                        short_number(observed[i].second) + " s; allowed: finite, in order, none overlapping");
  for (const auto& [begin, end] : observed)
    if (!(begin - from_s >= -kLongestObserved_s) || !(end - from_s <= kLongestObserved_s))
      throw MisuseError("observed is " + short_number(begin) + " to " + short_number(end) + " s; allowed: at most 1e9 s before and after from_s (" +
                        short_number(from_s) + " s)");
  std::sort(first_onsets_s.begin(), first_onsets_s.end());
  std::sort(second_onsets_s.begin(), second_onsets_s.end());
  Agreement a;
  a.first = static_cast<int>(first_onsets_s.size());
  a.second = static_cast<int>(second_onsets_s.size());
  a.matched = matched(first_onsets_s, second_onsets_s);
  a.f1 = a.first + a.second == 0 ? 1.0 : 2.0 * a.matched / (a.first + a.second);
  const std::vector<long> one = windows_of(first_onsets_s, from_s), two = windows_of(second_onsets_s, from_s);
  const ObservedWindows windows = observed_windows(observed, from_s);
  a.windows = static_cast<int>(windows.count());
  for (const long k : one)
    if (windows.has(k)) ++(std::binary_search(two.begin(), two.end(), k) ? a.both : a.first_only);
  for (const long k : two)
    if (windows.has(k) && !std::binary_search(one.begin(), one.end(), k)) ++a.second_only;
  a.neither = a.windows - a.both - a.first_only - a.second_only;
  if (a.windows == 0) return a;
  a.observed_agreement = static_cast<double>(a.both + a.neither) / a.windows;
  a.kappa = kappa_of(a);
  return a;
}

}  // namespace fasc
