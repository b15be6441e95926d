// batch.hpp in Python: many clips.
#include "bind.hpp"
#include "fasc/batch.hpp"

namespace fasc::python {

void bind_batch(py::module_& m) {
  py::class_<BatchItem> item_class(m, "BatchItem", "What became of one file of a batch.");
  refuse_pickling(item_class);
  item_class.def_readonly("file", &BatchItem::file, "path relative to the folder")
      .def_property_readonly("status", [](const BatchItem& i) { return to_string(i.status); }, "'done', 'kept', 'failed' or 'skipped'")
      .def_readonly("reason", &BatchItem::reason, "of a failure or a skip")
      .def_property_readonly("patient", [](const BatchItem& i) { return i.row.patient; }, "as the manifest says; '' without one")
      .def_property_readonly("role", [](const BatchItem& i) { return i.row.role; }, "'target' or 'control' as the manifest says; '' without one")
      .def_property_readonly("control", [](const BatchItem& i) { return i.row.control; }, "file of the control it is compared with; '' without one")
      .def_readonly("folder", &BatchItem::folder, "folder of the results, relative to the output folder")
      .def_readonly("fasciculations", &BatchItem::fasciculations, "in the target")
      .def_property_readonly("rate_per_min", [](const BatchItem& i) { return number(i.rate_per_min); }, "of the target")
      .def_readonly("present", &BatchItem::present, "fasciculations in the target by the rule of the options; None: not known")
      .def_readonly("grade", &BatchItem::grade, "of the target's rate; None: no rate")
      .def_readonly("mm_per_px_source", &BatchItem::mm_per_px_source, "'user', 'file' or 'none': where the scale comes from")
      .def("__repr__", [](const BatchItem& i) { return "BatchItem(file='" + i.file + "', status='" + to_string(i.status) + "')"; });
  OptionsClass<BatchOptions>(m, "BatchOptions", "How a folder is worked through.")
      .field("analyze", &BatchOptions::analyze, "AnalyzeOptions for every clip")
      .field("annotate", &BatchOptions::annotate, "AnnotateOptions for every annotated video")
      .field("video", &BatchOptions::video, "write annotated videos")
      .field("fresh", &BatchOptions::fresh, "compute again what is there already")
      .field("jobs", &BatchOptions::jobs, "clips at a time; 0: as many as the machine has cores")
      .field("shard", &BatchOptions::shard, "only every shards-th clip, from this one on, from 1")
      .field("shards", &BatchOptions::shards, "into how many the clips are parted")
      .field("clips_from", &BatchOptions::clips_from, "folder that a manifest's relative paths start at; empty: the manifest's own");
  m.def(
      "batch",
      [](const std::string& folder, const std::string& out, const BatchOptions& options, py::object progress) {
        return without_gil(std::move(progress), [&](const Progress& report) { return batch(folder, out, options, report); });
      },
      py::arg("folder"), py::arg("out"), py::arg("options"), py::arg("progress") = py::none());
  m.def("merge", &merge, py::arg("folders"), py::arg("out"), py::call_guard<py::gil_scoped_release>());
}

}  // namespace fasc::python
