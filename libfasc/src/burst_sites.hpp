// Grouping fasciculations by the place they come from.
#pragma once

#include <vector>

#include "fasc/bursts.hpp"

namespace fasc {

/// Groups the fasciculations among `bursts` (in order of onset) by their centroids, as said with BurstSite, and writes each one's site
/// into Burst::site. The same bursts give the same sites. Beyond the first 1000 fasciculations, each joins the nearest site whose centroid
/// is within half a site's width, or opens a new one, so that time does not run away.
std::vector<BurstSite> group_sites(const Trace& trace, std::vector<Burst>& bursts);

}  // namespace fasc
