// libgeometry.so: shapes, a bounding volume hierarchy over them, and solid noise.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <vector>

namespace geometry {

struct Vec3 {
  double x = 0, y = 0, z = 0;

  double operator[](int axis) const { return axis == 0 ? x : axis == 1 ? y : z; }
};

inline Vec3 operator+(Vec3 a, Vec3 b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
inline Vec3 operator-(Vec3 a, Vec3 b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
inline Vec3 operator*(Vec3 a, double k) { return {a.x * k, a.y * k, a.z * k}; }
inline Vec3 operator*(Vec3 a, Vec3 b) { return {a.x * b.x, a.y * b.y, a.z * b.z}; }
inline double dot(Vec3 a, Vec3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
inline Vec3 cross(Vec3 a, Vec3 b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
inline double length(Vec3 a) { return __builtin_sqrt(dot(a, a)); }
inline Vec3 normalize(Vec3 a) { return a * (1 / length(a)); }
inline Vec3 reflect(Vec3 d, Vec3 n) { return d - n * (2 * dot(d, n)); }

struct Ray {
  Vec3 origin, direction;

  Vec3 at(double t) const { return origin + direction * t; }
};

class Shape;

struct Hit {
  double distance = 1e30;
  Vec3 point, normal;
  const Shape *shape = nullptr;
};

struct Box {
  Vec3 low{1e30, 1e30, 1e30}, high{-1e30, -1e30, -1e30};

  void grow(const Box &other);
  Vec3 center() const { return (low + high) * 0.5; }
  bool crosses(const Ray &ray, double limit) const;
};

class Shape {
 public:
  explicit Shape(int material) : material_(material) {}
  virtual ~Shape();
  virtual bool intersect(const Ray &ray, Hit &hit) const = 0;
  virtual Box bounds() const = 0;
  int material() const { return material_; }

 private:
  int material_;
};

class Sphere : public Shape {
 public:
  Sphere(Vec3 center, double radius, int material)
      : Shape(material), center_(center), radius_(radius) {}
  bool intersect(const Ray &ray, Hit &hit) const override;
  Box bounds() const override;

 private:
  Vec3 center_;
  double radius_;
};

class Triangle : public Shape {
 public:
  Triangle(Vec3 a, Vec3 b, Vec3 c, int material) : Shape(material), a_(a), b_(b), c_(c) {}
  bool intersect(const Ray &ray, Hit &hit) const override;
  Box bounds() const override;

 private:
  Vec3 a_, b_, c_;
};

// A torus has no cheap closed form: it is found by walking along the ray.
class Torus : public Shape {
 public:
  Torus(Vec3 center, double major, double minor, int material)
      : Shape(material), center_(center), major_(major), minor_(minor) {}
  bool intersect(const Ray &ray, Hit &hit) const override;
  Box bounds() const override;

 private:
  double distance_to(Vec3 point) const;

  Vec3 center_;
  double major_, minor_;
};

class Bvh {
 public:
  explicit Bvh(std::vector<std::unique_ptr<Shape>> shapes);
  bool intersect(const Ray &ray, Hit &hit) const;
  bool occluded(const Ray &ray, double distance) const;
  std::size_t depth() const;

 private:
  struct Node {
    Box box;
    int left = -1, right = -1;
    int first = 0, count = 0;
  };

  int build(int first, int last);
  template <int Axis>
  int split(int first, int last);
  bool walk(int node, const Ray &ray, Hit &hit) const;
  std::size_t depth_below(int node) const;

  std::vector<std::unique_ptr<Shape>> shapes_;
  std::vector<Node> nodes_;
};

// Fractal value noise in [0, 1).
double marble_noise(Vec3 point);
double cloud_noise(Vec3 point);

}  // namespace geometry
