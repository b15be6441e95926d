// Which bursts are beats of an artery: motion that comes again at one interval, before and after, in the same cells.
#pragma once

#include "motion_view.hpp"

namespace fasc {

/// Names those fasciculations, contractions and artefacts (of their size or length, not of codec or contact) `pulsation` that are one of at least eight beats 0.4 to 1.25 s apart. Beats need not be bursts
/// themselves: what counts is the detection speed at those times.
void mark_beats(const MotionView& view, const std::vector<float>& speed, std::vector<Burst>& bursts);

}  // namespace fasc
