// Parts of the burst finder that the benchmark leaves out one by one, to measure what each brings. Not for users: everything is on for them.
#pragma once

#include "fasc/bursts.hpp"

namespace fasc {

/// Which parts are on.
struct BurstParts {
  bool looks = true;           ///< several windows and shares of cells; else the first look only
  bool pooled = true;          ///< looks at cells averaged with their neighbours; else at single cells
  bool fastest = true;         ///< mean speed of the fastest cells; else of all
  bool bridged = true;         ///< displacement goes on over key frames and damaged steps; else they count as still
  bool onset_curve = true;     ///< onset from the displacement's course; else the first step above the edge threshold
  bool gain = true;            ///< peak of a Gaussian through the farthest cell and its neighbours; else that cell's mean
  bool split = true;           ///< two twitches without a rest between them are told by direction
  bool rest = true;            ///< tissue must come back
  bool in_noise = true;        ///< more lenient to clear bursts in noise
  bool key_frames = true;      ///< weak bursts beside a key frame are the encoder's
  bool rhythm = true;          ///< beats are told by their rhythm
  bool tremor = true;          ///< trembling beside a contraction belongs to it
  bool near_rules = true;      ///< motion that the near field shares is the probe's
  bool near_subtracted = true; ///< cells move against the near field; else against the picture
};

/// As the public one, with parts left out.
BurstResult find_bursts(const Trace& trace, const BurstOptions& options, const Trace* other, const BurstParts& parts);

}  // namespace fasc
