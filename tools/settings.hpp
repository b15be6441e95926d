// The numbers of the library's option structs that the program offers as options: one table per struct.
// Defaults stay in the structs.
#pragma once

#include <array>

#include "fasc/analysis.hpp"

namespace fasc::tool {

/// A word on the command line: the muscles and sides of a comparison.
struct WordSetting {
  const char* flag;
  std::string CompareOptions::*field;
  const char* value;  ///< shown in the help
  const char* help;
};

inline constexpr std::array kMuscleSettings{
    WordSetting{"--target-muscle", &CompareOptions::target_muscle, "MUSCLE",
                "muscle of the target, e.g. calf, \"tibialis anterior\", FDI (a wrong name lists all)"},
    WordSetting{"--target-side", &CompareOptions::target_side, "SIDE", "side of the body of the target: left or right"},
    WordSetting{"--control-muscle", &CompareOptions::control_muscle, "MUSCLE",
                "muscle of the control; it is warned of where it shares the target's root on one side or twitches in health"},
    WordSetting{"--control-side", &CompareOptions::control_side, "SIDE", "side of the body of the control: left or right"},
};

/// One number of an options struct on the command line.
template <class Options>
struct Setting {
  const char* flag;
  double Options::*field;
  const char* unit;  ///< shown in the help
  const char* help;
};

inline constexpr std::array kEnergySettings{
    Setting<EnergyOptions>{"--active-speed-mm-s", &EnergyOptions::active_speed_mm_s, "MM/S",
                           "a pixel faster than this is active (with a scale)"},
    Setting<EnergyOptions>{"--active-speed-px-s", &EnergyOptions::active_speed_px_s, "PX/S",
                           "the same without a scale"},
};

inline constexpr std::array kPairSettings{
    Setting<PairOptions>{"--repeat-share", &PairOptions::repeat_share, "SHARE",
                         "share of the clip's usual frame difference below which a frame is a repeat"},
    Setting<PairOptions>{"--freeze-s", &PairOptions::freeze_s, "S",
                         "repeats that last longer are missing data"},
    Setting<PairOptions>{"--dark-level", &PairOptions::dark_level, "LEVEL",
                         "a region with a lower mean (0-255) is dark"},
    Setting<PairOptions>{"--dark-share", &PairOptions::dark_share, "SHARE",
                         "a region darker than this share of its usual mean is dark"},
    Setting<PairOptions>{"--sharpness-jump", &PairOptions::sharpness_jump, "SHARE",
                         "relative change of sharpness that betrays a key frame"},
    Setting<PairOptions>{"--quantiser-jump", &PairOptions::quantiser_jump, "SHARE",
                         "relative change of quantiser that betrays a key frame"},
    Setting<PairOptions>{"--change-jump", &PairOptions::change_jump, "TIMES",
                         "frame difference over the usual one that betrays a key frame"},
    Setting<PairOptions>{"--scene-correlation", &PairOptions::scene_correlation, "R",
                         "correlation of two pictures below which the scene jumped"},
    Setting<PairOptions>{"--longest-step-s", &PairOptions::longest_step_s, "S",
                         "a longer step between frames is a gap"},
};

inline constexpr std::array kBurstSettings{
    Setting<BurstOptions>{"--threshold", &BurstOptions::threshold, "SD",
                          "robust standard deviations above the calm level at which a burst is sure"},
    Setting<BurstOptions>{"--edge-threshold", &BurstOptions::edge_threshold, "SD",
                          "robust standard deviations at which a burst begins and ends"},
    Setting<BurstOptions>{"--floor-mm-s", &BurstOptions::floor_mm_s, "MM/S",
                          "a burst's peak is at least this fast (with a scale)"},
    Setting<BurstOptions>{"--floor-px-s", &BurstOptions::floor_px_s, "PX/S",
                          "a burst's peak is at least this fast (without a scale)"},
    Setting<BurstOptions>{"--floor-px", &BurstOptions::floor_px, "PX",
                          "a burst moves at least this far within the window"},
    Setting<BurstOptions>{"--window-s", &BurstOptions::window_s, "S",
                          "motion is summed over windows this long (at least one step)"},
    Setting<BurstOptions>{"--false-alarms-per-min", &BurstOptions::false_alarms_per_min, "PER_MIN",
                          "noise peaks per minute that may pass the threshold, as expected from the calm parts"},
    Setting<BurstOptions>{"--join-s", &BurstOptions::join_s, "S",
                          "lobes closer than this are one event: contraction and relaxation"},
    Setting<BurstOptions>{"--shortest-s", &BurstOptions::shortest_s, "S", "shorter bursts are artefacts"},
    Setting<BurstOptions>{"--longest-s", &BurstOptions::longest_s, "S", "longer bursts are contractions"},
    Setting<BurstOptions>{"--near-field-share", &BurstOptions::near_field_share, "SHARE",
                          "near-field speed over muscle speed from which a burst is probe motion"},
};

inline constexpr std::array kCompareSettings{
    Setting<CompareOptions>{"--shortest-observed-s", &CompareOptions::shortest_s, "S",
                            "with less observed time on either side the verdict is too_short"},
    Setting<CompareOptions>{"--advised-observed-s", &CompareOptions::advised_s, "S",
                            "less observed time is warned about"},
    Setting<CompareOptions>{"--largest-area-ratio", &CompareOptions::largest_area_ratio, "TIMES",
                            "regions whose areas differ by more are warned about"},
    Setting<CompareOptions>{"--lowest-frame-rate", &CompareOptions::lowest_frame_rate, "PER_S",
                            "fewer frames per s are warned about"},
    Setting<CompareOptions>{"--largest-scale-ratio", &CompareOptions::largest_scale_ratio, "TIMES",
                            "scales (mm per px) that differ by more are warned about"},
    Setting<CompareOptions>{"--largest-frame-rate-ratio", &CompareOptions::largest_frame_rate_ratio, "TIMES",
                            "frame rates that differ by more are warned about"},
    Setting<CompareOptions>{"--energy-block-s", &CompareOptions::energy_block_s, "S",
                            "blocks drawn for the interval of the energy ratio"},
};

inline constexpr std::array kPresenceSettings{
    Setting<PresenceOptions>{"--presence-window-s", &PresenceOptions::window_s, "S",
                             "fasciculations are present where enough of them begin within this time"},
    Setting<PresenceOptions>{"--presence-observed-share", &PresenceOptions::observed_share, "SHARE",
                             "share of that time that must be observed before absence is said"},
};

}  // namespace fasc::tool
