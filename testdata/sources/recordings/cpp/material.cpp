#include <string>

#include "scene.hpp"

namespace prism {

Material::~Material() = default;

namespace material {

class Colored : public Material {
 public:
  explicit Colored(Vec3 color) : color_(color) {}

 protected:
  Vec3 color_;
};

class Matte : public Colored {
 public:
  using Colored::Colored;
  Vec3 shade(const Scene &scene, const Ray &, const Hit &hit, int) const override {
    return color_ * scene.light_at(hit);
  }
};

class Marble : public Colored {
 public:
  using Colored::Colored;
  Vec3 shade(const Scene &scene, const Ray &, const Hit &hit, int) const override {
    const double vein = geometry::marble_noise(hit.point);
    return color_ * scene.light_at(hit) * (vein * vein);
  }
};

class Mirror : public Colored {
 public:
  using Colored::Colored;
  Vec3 shade(const Scene &scene, const Ray &ray, const Hit &hit, int depth) const override {
    const Ray bounced{hit.point, geometry::reflect(ray.direction, hit.normal)};
    return color_ * scene.trace(bounced, depth - 1) + Vec3{0.02, 0.02, 0.02};
  }
};

class Glass : public Colored {
 public:
  using Colored::Colored;
  Vec3 shade(const Scene &scene, const Ray &ray, const Hit &hit, int depth) const override {
    const double cosine = -geometry::dot(ray.direction, hit.normal);
    const double share = 0.1 + 0.6 * (1 - cosine) * (1 - cosine);
    const Vec3 bent = geometry::normalize(ray.direction - hit.normal * (0.2 * cosine));
    const Vec3 inside = scene.trace({hit.point, bent}, depth - 1);
    const Vec3 outside =
        scene.trace({hit.point, geometry::reflect(ray.direction, hit.normal)}, depth - 2);
    return color_ * (inside * (1 - share) + outside * share);
  }
};

}  // namespace material

std::unique_ptr<Material> make_material(std::string_view kind, Vec3 color) {
  if (kind == "mirror") return std::make_unique<material::Mirror>(color);
  if (kind == "glass") return std::make_unique<material::Glass>(color);
  if (kind == "marble") return std::make_unique<material::Marble>(color);
  return std::make_unique<material::Matte>(color);
}

}  // namespace prism
