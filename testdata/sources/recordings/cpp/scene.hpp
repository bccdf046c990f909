// The scene: shapes in a hierarchy, materials that know how to shade a hit, and the sky.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "geometry.hpp"

namespace prism {

using geometry::Hit;
using geometry::Ray;
using geometry::Vec3;

class Scene;

class Material {
 public:
  virtual ~Material();
  virtual Vec3 shade(const Scene &scene, const Ray &ray, const Hit &hit, int depth) const = 0;
};

class Scene {
 public:
  Scene(std::string_view json);
  Vec3 trace(const Ray &ray, int depth) const;
  Vec3 light_at(const Hit &hit) const;

 private:
  Vec3 sky(const Ray &ray) const;

  std::vector<std::unique_ptr<Material>> materials_;
  std::unique_ptr<geometry::Bvh> bvh_;
};

// JSON text of a field of spheres, pyramids and rings.
std::string generate_scene(int side);

std::unique_ptr<Material> make_material(std::string_view kind, Vec3 color);

}  // namespace prism
