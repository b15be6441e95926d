// Middle values of a list.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace fasc {

/// The value in the middle of the sorted list, the upper one of two; NaN where the list is empty. Puts the list into another order.
template <class T>
T middle_in(std::vector<T>& values) {
  if (values.empty()) return std::numeric_limits<T>::quiet_NaN();
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// The same of a list that stays as it is.
template <class T>
T middle_of(std::vector<T> values) {
  return middle_in(values);
}

}  // namespace fasc
