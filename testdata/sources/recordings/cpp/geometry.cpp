#include "geometry.hpp"

namespace geometry {

void Box::grow(const Box &other) {
  low = {std::min(low.x, other.low.x), std::min(low.y, other.low.y), std::min(low.z, other.low.z)};
  high = {std::max(high.x, other.high.x), std::max(high.y, other.high.y),
          std::max(high.z, other.high.z)};
}

bool Box::crosses(const Ray &ray, double limit) const {
  double near = 1e-6, far = limit;
  for (int axis = 0; axis < 3; axis++) {
    const double inverse = 1 / ray.direction[axis];
    double enter = (low[axis] - ray.origin[axis]) * inverse;
    double leave = (high[axis] - ray.origin[axis]) * inverse;
    if (inverse < 0) std::swap(enter, leave);
    near = enter > near ? enter : near;
    far = leave < far ? leave : far;
    if (far < near) return false;
  }
  return true;
}

Shape::~Shape() = default;

bool Sphere::intersect(const Ray &ray, Hit &hit) const {
  const Vec3 offset = ray.origin - center_;
  const double b = dot(offset, ray.direction);
  const double discriminant = b * b - dot(offset, offset) + radius_ * radius_;
  if (discriminant < 0) return false;
  const double root = __builtin_sqrt(discriminant);
  double t = -b - root;
  if (t < 1e-4) t = -b + root;
  if (t < 1e-4 || t >= hit.distance) return false;
  hit.distance = t;
  hit.point = ray.at(t);
  hit.normal = (hit.point - center_) * (1 / radius_);
  hit.shape = this;
  return true;
}

Box Sphere::bounds() const {
  const Vec3 r{radius_, radius_, radius_};
  return {center_ - r, center_ + r};
}

bool Triangle::intersect(const Ray &ray, Hit &hit) const {
  const Vec3 ab = b_ - a_, ac = c_ - a_;
  const Vec3 p = cross(ray.direction, ac);
  const double determinant = dot(ab, p);
  if (determinant > -1e-12 && determinant < 1e-12) return false;
  const Vec3 s = ray.origin - a_;
  const double u = dot(s, p) / determinant;
  if (u < 0 || u > 1) return false;
  const Vec3 q = cross(s, ab);
  const double v = dot(ray.direction, q) / determinant;
  if (v < 0 || u + v > 1) return false;
  const double t = dot(ac, q) / determinant;
  if (t < 1e-4 || t >= hit.distance) return false;
  hit.distance = t;
  hit.point = ray.at(t);
  hit.normal = normalize(cross(ab, ac));
  hit.shape = this;
  return true;
}

Box Triangle::bounds() const {
  Box box{a_, a_};
  box.grow({b_, b_});
  box.grow({c_, c_});
  const Vec3 margin{1e-6, 1e-6, 1e-6};
  return {box.low - margin, box.high + margin};
}

double Torus::distance_to(Vec3 point) const {
  const Vec3 p = point - center_;
  const double ring = __builtin_sqrt(p.x * p.x + p.z * p.z) - major_;
  return __builtin_sqrt(ring * ring + p.y * p.y) - minor_;
}

bool Torus::intersect(const Ray &ray, Hit &hit) const {
  const double end = std::min(hit.distance, length(ray.origin - center_) + major_ + minor_);
  double t = 1e-3;
  for (int step = 0; step < 96 && t < end; step++) {
    const Vec3 point = ray.at(t);
    const double distance = distance_to(point);
    if (distance < 1e-4) {
      const Vec3 p = point - center_;
      const double scale = major_ / __builtin_sqrt(p.x * p.x + p.z * p.z);
      hit.distance = t;
      hit.point = point;
      hit.normal = normalize(p - Vec3{p.x * scale, 0, p.z * scale});
      hit.shape = this;
      return true;
    }
    t += distance;
  }
  return false;
}

Box Torus::bounds() const {
  const double reach = major_ + minor_;
  const Vec3 r{reach, minor_, reach};
  return {center_ - r, center_ + r};
}

Bvh::Bvh(std::vector<std::unique_ptr<Shape>> shapes) : shapes_(std::move(shapes)) {
  nodes_.reserve(shapes_.size() * 2);
  build(0, static_cast<int>(shapes_.size()));
}

template <int Axis>
int Bvh::split(int first, int last) {
  std::sort(shapes_.begin() + first, shapes_.begin() + last, [](const auto &a, const auto &b) {
    return a->bounds().center()[Axis] < b->bounds().center()[Axis];
  });
  return (first + last) / 2;
}

int Bvh::build(int first, int last) {
  const int index = static_cast<int>(nodes_.size());
  nodes_.emplace_back();
  Box box;
  for (int i = first; i < last; i++) box.grow(shapes_[i]->bounds());
  nodes_[index].box = box;
  if (last - first <= 6) {
    nodes_[index].first = first;
    nodes_[index].count = last - first;
    return index;
  }
  const Vec3 size = box.high - box.low;
  const int middle = size.x >= size.y && size.x >= size.z ? split<0>(first, last)
                     : size.y >= size.z                   ? split<1>(first, last)
                                                          : split<2>(first, last);
  const int left = build(first, middle);
  const int right = build(middle, last);
  nodes_[index].left = left;
  nodes_[index].right = right;
  return index;
}

bool Bvh::walk(int index, const Ray &ray, Hit &hit) const {
  const Node &node = nodes_[index];
  if (!node.box.crosses(ray, hit.distance)) return false;
  bool found = false;
  for (int i = node.first; i < node.first + node.count; i++) {
    found |= shapes_[i]->intersect(ray, hit);
  }
  if (node.left < 0) return found;
  found |= walk(node.left, ray, hit);
  found |= walk(node.right, ray, hit);
  return found;
}

bool Bvh::intersect(const Ray &ray, Hit &hit) const {
  const bool found = walk(0, ray, hit);
  if (found && dot(hit.normal, ray.direction) > 0) hit.normal = hit.normal * -1;
  return found;
}

bool Bvh::occluded(const Ray &ray, double distance) const {
  Hit hit;
  hit.distance = distance;
  return walk(0, ray, hit) && hit.distance < distance;
}

std::size_t Bvh::depth_below(int index) const {
  const Node &node = nodes_[index];
  if (node.left < 0) return 1;
  return 1 + std::max(depth_below(node.left), depth_below(node.right));
}

std::size_t Bvh::depth() const { return depth_below(0); }

namespace {

double lattice(int x, int y, int z) {
  std::uint32_t h = x * 374761393u + y * 668265263u + z * 2147483647u;
  h = (h ^ (h >> 13)) * 1274126177u;
  return (h ^ (h >> 16)) / 4294967296.0;
}

__attribute__((noinline)) double value_noise(Vec3 p) {
  const double fx = __builtin_floor(p.x), fy = __builtin_floor(p.y), fz = __builtin_floor(p.z);
  const int x = static_cast<int>(fx), y = static_cast<int>(fy), z = static_cast<int>(fz);
  const auto smooth = [](double t) { return t * t * (3 - 2 * t); };
  const auto mix = [](double a, double b, double t) { return a + (b - a) * t; };
  const double u = smooth(p.x - fx), v = smooth(p.y - fy), w = smooth(p.z - fz);
  double plane[2];
  for (int dz = 0; dz < 2; dz++) {
    plane[dz] = mix(mix(lattice(x, y, z + dz), lattice(x + 1, y, z + dz), u),
                    mix(lattice(x, y + 1, z + dz), lattice(x + 1, y + 1, z + dz), u), v);
  }
  return mix(plane[0], plane[1], w);
}

template <int Octaves>
__attribute__((noinline)) double fractal_noise(Vec3 p) {
  double sum = 0, amplitude = 0.5;
  for (int octave = 0; octave < Octaves; octave++) {
    sum += amplitude * value_noise(p);
    p = p * 2.03;
    amplitude *= 0.5;
  }
  return sum;
}

}  // namespace

double marble_noise(Vec3 point) { return 0.5 + 0.5 * fractal_noise<5>(point * 4); }

double cloud_noise(Vec3 point) { return 1 - 0.9 * fractal_noise<3>(point * 2); }

}  // namespace geometry
