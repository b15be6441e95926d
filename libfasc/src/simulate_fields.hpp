// The fields of a scene, once: their names and bounds, walked by Scene::check, parse_scene and scene_json
// alike.
#pragma once

#include "fasc/simulate.hpp"

namespace fasc::sim {

// Each walk calls visit(name, value, low, high) for a number and visit(name, value) for anything else.

template <class Twitch, class Visit>
void twitch_fields(Twitch& twitch, Visit&& visit) {
  visit("onset_s", twitch.onset_s, 0.0, 3600.0);
  visit("contraction_s", twitch.contraction_s, 0.01, 10.0);
  visit("relaxation_s", twitch.relaxation_s, 0.01, 10.0);
  visit("amplitude_mm", twitch.amplitude_mm, 0.001, 5.0);
  visit("radius_mm", twitch.radius_mm, 0.0, 100.0);
  visit("x_mm", twitch.x_mm, 0.0, 80.0);
  visit("depth_mm", twitch.depth_mm, 0.0, 80.0);
  visit("profile", twitch.profile);
}

template <class Panel, class Visit>
void panel_fields(Panel& panel, Visit&& visit) {
  visit("kind", panel.kind);
  visit("name", panel.name);
  visit("width_mm", panel.width_mm, 5.0, 80.0);
  visit("depth_mm", panel.depth_mm, 10.0, 80.0);
  visit("skin_mm", panel.skin_mm, 0.5, 5.0);
  visit("fat_mm", panel.fat_mm, 0.5, 30.0);
  visit("muscle_mm", panel.muscle_mm, 8.0, 70.0);
  visit("pennation_deg", panel.pennation_deg, -45.0, 45.0);
  visit("twitches", panel.twitches);
  visit("breathing_mm", panel.breathing_mm, 0.0, 5.0);
  visit("breathing_hz", panel.breathing_hz, 0.01, 2.0);
  visit("pulse_mm", panel.pulse_mm, 0.0, 2.0);
  visit("pulse_hz", panel.pulse_hz, 0.3, 4.0);
  visit("probe_mm", panel.probe_mm, 0.0, 10.0);
  visit("probe_every_s", panel.probe_every_s, 0.5, 3600.0);
  visit("contraction_mm", panel.contraction_mm, 0.0, 10.0);
  visit("contraction_at_s", panel.contraction_at_s, 0.0, 3600.0);
  visit("contraction_for_s", panel.contraction_for_s, 0.1, 3600.0);
  visit("tremor_mm", panel.tremor_mm, 0.0, 2.0);
  visit("tremor_hz", panel.tremor_hz, 1.0, 30.0);
  visit("contact_lost_at_s", panel.contact_lost_at_s, 0.0, 3600.0);
  visit("contact_lost_for_s", panel.contact_lost_for_s, 0.0, 3600.0);
  visit("mm_per_px", panel.mm_per_px, 0.0, 2.0);
  visit("shake_mm", panel.shake_mm, 0.0, 20.0);
  visit("shake_deg", panel.shake_deg, 0.0, 10.0);
}

template <class Codec, class Visit>
void codec_fields(Codec& codec, Visit&& visit) {
  visit("name", codec.name);
  visit("crf", codec.crf, 0, 51);
  visit("key_interval", codec.key_interval, 1, 100'000);
  visit("bit_rate_kb_s", codec.bit_rate_kb_s, 0, 100'000);
}

template <class AnyScene, class Visit>
void scene_fields(AnyScene& scene, Visit&& visit) {
  visit("seed", scene.seed);
  visit("duration_s", scene.duration_s, 0.1, 3600.0);
  visit("fps", scene.fps, 1.0, 300.0);
  visit("mm_per_px", scene.mm_per_px, 0.02, 0.3);
  visit("noise", scene.noise, 0.0, 2.0);
  visit("decorrelation", scene.decorrelation, 0.0, 1.0);
  visit("dynamic_range_db", scene.dynamic_range_db, 20.0, 120.0);
  visit("panels", scene.panels);
  visit("screen", scene.screen);
  visit("label", scene.label);
  visit("codec", scene.codec);
  visit("repeated_frames", scene.repeated_frames);
  visit("dropped_frames", scene.dropped_frames);
}

}  // namespace fasc::sim
