// orbit: a few thousand bodies under gravity, sampled by itself.
#include <stdio.h>
#include <stdlib.h>

#include "field.hpp"
#include "sampler.hpp"

namespace orbit {

using field::Body;

constexpr int bodies_count = 2000;
Body bodies[bodies_count];
field::Cell cells[2 * bodies_count];

unsigned seed = 12345;
double dice() { return ((seed = seed * 1103515245u + 12345u) >> 8) / 16777216.0; }

__attribute__((noinline)) void scatter() {
  for (Body &body : bodies) {
    body = {{dice() - 0.5, dice() - 0.5}, {0, 0}, 1.0 / bodies_count};
    body.speed[0] = -body.place[1] * 0.7;
    body.speed[1] = body.place[0] * 0.7;
  }
}

// By halves, as a scheduler would hand out the work.
template <typename Action>
__attribute__((noinline)) void for_each_body(int first, int count, const Action &action) {
  if (count <= 16) {
    for (int i = first; i < first + count; i++) action(bodies[i]);
    return;
  }
  for_each_body(first, count / 2, action);
  for_each_body(first + count / 2, count - count / 2, action);
}

struct Kick {
  const field::Tree &tree;
  double time;

  __attribute__((noinline)) void operator()(Body &body) const {
    const field::Pull pull = field::attract(tree, 0, body);
    body.speed[0] += pull.x * time;
    body.speed[1] += pull.y * time;
  }
};

struct Drift {
  double time;

  __attribute__((noinline)) void operator()(Body &body) const {
    body.place[0] += body.speed[0] * time;
    body.place[1] += body.speed[1] * time;
  }
};

__attribute__((noinline)) void step(double time) {
  for_each_body(0, bodies_count, Drift{time});
  field::Tree tree = {bodies, cells, 0};
  field::build(tree, 0, bodies_count, 0);
  for_each_body(0, bodies_count, Kick{tree, time});
}

__attribute__((noinline)) double simulate(int steps) {
  scatter();
  for (int i = 0; i < steps; i++) step(0.01);
  return field::energy(bodies, bodies_count);
}

}  // namespace orbit

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "Usage: orbit STEPS FOLDER\n");
    return 2;
  }
  sampler::start(2000);
  const double energy = orbit::simulate(atoi(argv[1]));
  sampler::stop();
  sampler::save(argv[2], "orbit");
  printf("%.6f\n", energy);
}
