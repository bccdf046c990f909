#include "field.hpp"

#define SEGMENT1 __attribute__((section(".seg1"), noinline))
#define SEGMENT2 __attribute__((section(".seg2"), noinline))

namespace field {

namespace {

constexpr double softening = 1e-3;

inline void swap_bodies(Body &a, Body &b) {
  const Body kept = a;
  a = b;
  b = kept;
}

}  // namespace

void sort_bodies(Body *bodies, int count, int axis) {
  if (count < 2) return;
  const double pivot = bodies[count / 2].place[axis];
  int low = 0, high = count - 1;
  while (low <= high) {
    while (bodies[low].place[axis] < pivot) low++;
    while (bodies[high].place[axis] > pivot) high--;
    if (low <= high) swap_bodies(bodies[low++], bodies[high--]);
  }
  sort_bodies(bodies, high + 1, axis);
  sort_bodies(bodies + low, count - low, axis);
}

double energy(const Body *bodies, int count) {
  double sum = 0;
  for (int i = 0; i < count; i++) {
    const double *speed = bodies[i].speed;
    sum += bodies[i].mass * (speed[0] * speed[0] + speed[1] * speed[1]) / 2;
  }
  return sum;
}

SEGMENT1 void weigh(Tree &tree, int index) {
  Cell &cell = tree.cells[index];
  double low[2] = {1e30, 1e30}, high[2] = {-1e30, -1e30};
  for (int i = cell.first; i < cell.first + cell.count; i++) {
    const Body &body = tree.bodies[i];
    cell.mass += body.mass;
    for (int axis = 0; axis < 2; axis++) {
      cell.center[axis] += body.mass * body.place[axis];
      if (body.place[axis] < low[axis]) low[axis] = body.place[axis];
      if (body.place[axis] > high[axis]) high[axis] = body.place[axis];
    }
  }
  for (int axis = 0; axis < 2; axis++) {
    cell.center[axis] /= cell.mass;
    if (high[axis] - low[axis] > cell.width) cell.width = high[axis] - low[axis];
  }
}

SEGMENT1 int build(Tree &tree, int first, int count, int axis) {
  const int index = tree.used++;
  tree.cells[index] = {{0, 0}, 0, 0, first, count, -1, -1};
  weigh(tree, index);
  if (count > 1) {
    sort_bodies(tree.bodies + first, count, axis);
    const int left = build(tree, first, count / 2, 1 - axis);
    const int right = build(tree, first + count / 2, count - count / 2, 1 - axis);
    tree.cells[index].left = left;
    tree.cells[index].right = right;
  }
  return index;
}

SEGMENT2 Pull between(const double *from, const double *to, double mass) {
  const double x = to[0] - from[0], y = to[1] - from[1];
  const double square = x * x + y * y + softening;
  const double strength = mass / (square * __builtin_sqrt(square));
  return {x * strength, y * strength};
}

SEGMENT2 Pull attract(const Tree &tree, int index, const Body &body) {
  const Cell &cell = tree.cells[index];
  const double x = cell.center[0] - body.place[0], y = cell.center[1] - body.place[1];
  const double square = x * x + y * y;
  if (cell.left < 0 || cell.width * cell.width < 0.4 * square) {
    return square == 0 ? Pull{0, 0} : between(body.place, cell.center, cell.mass);
  }
  const Pull left = attract(tree, cell.left, body), right = attract(tree, cell.right, body);
  return {left.x + right.x, left.y + right.y};
}

}  // namespace field
