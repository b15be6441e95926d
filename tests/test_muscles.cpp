// The table of muscles: roots, names, what is shared, and what is refused.
#include "fasc/muscles.hpp"

#include <gtest/gtest.h>

#include <array>

#include "message_of.hpp"

using fasc::find_muscle;
using fasc::Muscle;
using fasc_test::message_of;

namespace {

TEST(Muscles, HaveTheRootsOfTheBook) {
  for (const auto& [name, nerve, roots] : std::vector<std::array<const char*, 3>>{
           {"medial gastrocnemius", "tibial", "S1–S2"}, {"lateral gastrocnemius", "tibial", "S1–S2"}, {"soleus", "tibial", "S1–S2"},
           {"tibialis anterior", "deep peroneal", "L4–L5"}, {"vastus lateralis", "femoral", "L2–L4"},
           {"vastus medialis", "femoral", "L2–L4"}, {"rectus femoris", "femoral", "L2–L4"}, {"biceps femoris", "sciatic", "L5–S2"},
           {"semitendinosus", "sciatic", "L5–S2"}, {"biceps brachii", "musculocutaneous", "C5–C6"},
           {"triceps brachii", "radial", "C6–C8"}, {"deltoid", "axillary", "C5–C6"}, {"first dorsal interosseous", "ulnar", "C8–T1"},
           {"abductor pollicis brevis", "median", "C8–T1"}, {"abductor hallucis", "medial plantar", "S1–S2"},
           {"extensor digitorum brevis", "deep peroneal", "L5–S1"}, {"thoracic paraspinal", "dorsal rami", "T1–T12"},
           {"trapezius", "accessory", "cranial nerve XI, C3–C4"}, {"tongue", "hypoglossal", "cranial nerve XII"}}) {
    EXPECT_EQ(find_muscle(name).nerve, nerve) << name;
    EXPECT_EQ(roots_of(find_muscle(name)), roots) << name;
  }
}

TEST(Muscles, EachHasASourceAndSomethingThatDrivesIt) {
  ASSERT_GE(fasc::muscles().size(), 25u);
  for (const Muscle& m : fasc::muscles()) {
    EXPECT_FALSE(m.source.empty() || m.nerve.empty()) << m.name;
    EXPECT_TRUE(m.first_root > 0 || m.cranial_nerve > 0) << m.name;
    EXPECT_LE(m.first_root, m.last_root) << m.name;
    EXPECT_EQ(&find_muscle(m.name), &m);
    for (const std::string& synonym : m.synonyms) EXPECT_EQ(&find_muscle(synonym), &m) << synonym;
  }
}

TEST(Muscles, NamesAreForgiving) {
  for (const char* name : {"calf", "Calf", "GASTROCNEMIUS", "gastroc"}) EXPECT_EQ(find_muscle(name).name, "gastrocnemius");
  for (const char* name : {"TA", "ta", "T.A.", "Tibialis-Anterior", "tibialis_anterior", " tibialisanterior "})
    EXPECT_EQ(find_muscle(name).name, "tibialis anterior");
  EXPECT_EQ(find_muscle("fdi").name, "first dorsal interosseous");
}

TEST(Muscles, AnUnknownNameListsAll) {
  const std::string message = message_of<fasc::MisuseError>([] { find_muscle("heart"); });
  EXPECT_EQ(message.find("muscle is \"heart\"; allowed: tongue, "), 0u) << message;
  for (const Muscle& m : fasc::muscles()) EXPECT_NE(message.find(m.name), std::string::npos);
  EXPECT_THROW(find_muscle(""), fasc::MisuseError);
  EXPECT_THROW(find_muscle(std::string(100000, 'x')), fasc::MisuseError);
}

TEST(Muscles, SharedRootsAreTheOverlap) {
  const auto shared = [](const char* one, const char* other) {
    const auto there = shared_roots(find_muscle(one), find_muscle(other)), back = shared_roots(find_muscle(other), find_muscle(one));
    EXPECT_EQ(there, back);
    return there.value_or("none");
  };
  EXPECT_EQ(shared("calf", "soleus"), "S1–S2");
  EXPECT_EQ(shared("calf", "hamstrings"), "S1–S2");
  EXPECT_EQ(shared("tibialis anterior", "hamstrings"), "L5");
  EXPECT_EQ(shared("tibialis anterior", "vastus lateralis"), "L4");
  EXPECT_EQ(shared("calf", "tibialis anterior"), "none");
  EXPECT_EQ(shared("calf", "vastus lateralis"), "none");
  EXPECT_EQ(shared("calf", "biceps brachii"), "none");
  EXPECT_EQ(shared("tongue", "calf"), "none");
  EXPECT_EQ(shared("tongue", "tongue"), "cranial nerve XII");
  EXPECT_EQ(shared("trapezius", "sternocleidomastoid"), "cranial nerve XI, C3");
  EXPECT_EQ(shared("triceps", "FDI"), "C8");
}

TEST(Muscles, OnlyTheAbductorHallucisIsKnownToTwitchInHealth) {
  for (const Muscle& m : fasc::muscles()) EXPECT_EQ(m.twitches_in_health.empty(), m.name != "abductor hallucis") << m.name;
  EXPECT_NE(find_muscle("AH").twitches_in_health.find("van der Heijden"), std::string::npos);
}

TEST(Roots, AreNumberedFromNeckToSacrum) {
  const std::vector<std::pair<int, const char*>> known{{1, "C1"}, {8, "C8"}, {9, "T1"}, {20, "T12"}, {21, "L1"}, {25, "L5"}, {26, "S1"}, {30, "S5"}};
  for (const auto& [root, name] : known) EXPECT_EQ(fasc::root_name(root), name);
  EXPECT_THROW(fasc::root_name(0), fasc::MisuseError);
  EXPECT_THROW(fasc::root_name(31), fasc::MisuseError);
}

TEST(Sides, AreLeftAndRight) {
  for (const char* text : {"left", "Left", "L"}) EXPECT_EQ(fasc::parse_side(text), fasc::Side::left);
  for (const char* text : {"right", "RIGHT", "r"}) EXPECT_EQ(fasc::parse_side(text), fasc::Side::right);
  EXPECT_STREQ(to_string(fasc::Side::left), "left");
  EXPECT_STREQ(to_string(fasc::Side::right), "right");
  EXPECT_EQ(message_of<fasc::MisuseError>([] { fasc::parse_side("both"); }), "side is \"both\"; allowed: left, right");
}

}  // namespace
