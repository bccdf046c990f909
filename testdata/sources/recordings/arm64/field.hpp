// libfield.so: gravity between bodies through a tree of halves. Its code lies in three segments.
#pragma once

namespace field {

struct Body {
  double place[2], speed[2], mass;
};

struct Cell {
  double center[2], mass, width;
  int first, count;  // Bodies, of a leaf
  int left, right;   // Cells, or -1
};

struct Tree {
  Body *bodies;
  Cell *cells;
  int used;
};

struct Pull {
  double x, y;
};

// .text
void sort_bodies(Body *bodies, int count, int axis);
double energy(const Body *bodies, int count);

// .seg1
int build(Tree &tree, int first, int count, int axis);
void weigh(Tree &tree, int cell);

// .seg2
Pull attract(const Tree &tree, int cell, const Body &body);
Pull between(const double *from, const double *to, double mass);

}  // namespace field
