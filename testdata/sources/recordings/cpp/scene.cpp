#include "scene.hpp"

#include <cstdio>
#include <map>

#include "json.hpp"

namespace prism {

namespace {

Vec3 vector_of(const json::Value &value) {
  const json::Array &items = value.array();
  return {items[0].number(), items[1].number(), items[2].number()};
}

using Shapes = std::vector<std::unique_ptr<geometry::Shape>>;

void add_pyramid(Shapes &shapes, Vec3 base, double size, int material) {
  const Vec3 top = base + Vec3{0, size, 0};
  const Vec3 corners[4] = {base + Vec3{-size, 0, -size}, base + Vec3{size, 0, -size},
                           base + Vec3{size, 0, size}, base + Vec3{-size, 0, size}};
  for (int i = 0; i < 4; i++) {
    shapes.push_back(
        std::make_unique<geometry::Triangle>(corners[i], corners[(i + 1) % 4], top, material));
  }
}

Shapes build_shapes(const json::Value &list, const std::map<std::string, int> &materials) {
  Shapes shapes;
  for (const json::Value &item : list.array()) {
    const std::string &kind = item["kind"].text();
    const int material = materials.at(item["material"].text());
    const Vec3 at = vector_of(item["at"]);
    const double size = item["size"].number();
    if (kind == "sphere") {
      shapes.push_back(std::make_unique<geometry::Sphere>(at, size, material));
    } else if (kind == "torus") {
      shapes.push_back(std::make_unique<geometry::Torus>(at, size, size * 0.3, material));
    } else {
      add_pyramid(shapes, at, size, material);
    }
  }
  return shapes;
}

}  // namespace

Scene::Scene(std::string_view text) {
  const json::Value root = json::Parser(text).parse_value();
  std::map<std::string, int> names;
  for (const json::Value &item : root["materials"].array()) {
    names[item["name"].text()] = static_cast<int>(materials_.size());
    materials_.push_back(make_material(item["kind"].text(), vector_of(item["color"])));
  }
  bvh_ = std::make_unique<geometry::Bvh>(build_shapes(root["shapes"], names));
}

Vec3 Scene::sky(const Ray &ray) const {
  const double up = 0.5 * (ray.direction.y + 1);
  const double cloud = geometry::cloud_noise(ray.direction * 3);
  return Vec3{0.4, 0.6, 1} * up + Vec3{1, 1, 1} * ((1 - up) * cloud);
}

Vec3 Scene::light_at(const Hit &hit) const {
  static const Vec3 lamps[2] = {{30, 60, -20}, {-50, 40, 10}};
  Vec3 sum{0.1, 0.1, 0.12};
  for (const Vec3 &lamp : lamps) {
    const Vec3 to_lamp = lamp - hit.point;
    const double distance = geometry::length(to_lamp);
    const Vec3 direction = to_lamp * (1 / distance);
    const double facing = geometry::dot(direction, hit.normal);
    if (facing <= 0 || bvh_->occluded({hit.point, direction}, distance)) continue;
    sum = sum + Vec3{0.6, 0.58, 0.5} * facing;
  }
  return sum;
}

Vec3 Scene::trace(const Ray &ray, int depth) const {
  Hit hit;
  if (depth <= 0 || !bvh_->intersect(ray, hit)) return sky(ray);
  return materials_[hit.shape->material()]->shade(*this, ray, hit, depth);
}

std::string generate_scene(int side) {
  static const char *const kinds[] = {"sphere", "pyramid", "sphere", "torus", "sphere"};
  static const char *const materials[] = {"chalk", "mirror", "stone", "glass", "chalk", "gold"};
  std::string text =
      "{\"materials\": ["
      "{\"name\": \"chalk\", \"kind\": \"matte\", \"color\": [0.8, 0.7, 0.6]},"
      "{\"name\": \"gold\", \"kind\": \"mirror\", \"color\": [0.9, 0.7, 0.3]},"
      "{\"name\": \"mirror\", \"kind\": \"mirror\", \"color\": [0.9, 0.9, 0.9]},"
      "{\"name\": \"glass\", \"kind\": \"glass\", \"color\": [0.95, 0.98, 0.97]},"
      "{\"name\": \"stone\", \"kind\": \"marble\", \"color\": [0.9, 0.9, 1.0]}],"
      "\"shapes\": [\n";
  for (int i = 0; i < side * side; i++) {
    char line[160];
    std::snprintf(line, sizeof line,
                  "%s{\"kind\": \"%s\", \"material\": \"%s\", \"at\": [%d.%d, %d.5, %d.25], "
                  "\"size\": 0.%d}\n",
                  i == 0 ? "" : ",", kinds[i * 7 % 5], materials[i * 11 % 6], i % side - side / 2,
                  i * 37 % 10, i * 29 % 3 - 2, i / side - side / 2, 30 + i * 13 % 25);
    text += line;
  }
  return text += "]}";
}

}  // namespace prism
