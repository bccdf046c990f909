// prism: reads a scene, traces it on two threads into a PPM file, tells how small the picture gets.
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "encode.hpp"
#include "scene.hpp"

namespace prism {

namespace {

constexpr int tile = 16, picture_width = 480, picture_height = 300;

std::uint8_t tone_map(double value) {
  const double mapped = value / (0.6 + value);
  return static_cast<std::uint8_t>(255 * (mapped < 0 ? 0 : mapped > 1 ? 1 : mapped));
}

class Camera {
 public:
  Camera(int width, int height) : width_(width), height_(height) {}

  Ray through(double x, double y) const {
    const Vec3 toward{(x - width_ / 2.0) / height_, 0.1 - (y - height_ / 2.0) / height_, 0.8};
    return {{0, 6, -24}, geometry::normalize(toward - Vec3{0, 0.25, 0})};
  }

 private:
  double width_, height_;
};

class Renderer {
 public:
  Renderer(const Scene &scene, int width, int height, const char *path)
      : scene_(scene), camera_(width, height), width_(width), height_(height),
        pixels_(std::size_t(width) * height * 3),
        file_(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
    header_ = dprintf(file_, "P6 %d %d 255\n", width, height);
  }

  void work() {
    for_each_tile([this](int x, int y) {
      for (int row = y; row < std::min(y + tile, height_); row++) render_row(x, row);
    });
  }

  const encode::Bytes &pixels() const { return pixels_; }

 private:
  template <typename Body>
  __attribute__((noinline)) void for_each_tile(Body body) {
    const int across = (width_ + tile - 1) / tile, down = (height_ + tile - 1) / tile;
    for (int i; (i = next_tile_++) < across * down;) body(i % across * tile, i / across * tile);
  }

  __attribute__((noinline)) void render_row(int x, int y) {
    for (int column = x; column < std::min(x + tile, width_); column++) render_pixel(column, y);
    save_row(x, y);
  }

  // Finished pixels go to the file at once: the picture can be watched as it grows.
  __attribute__((noinline)) void save_row(int x, int y) {
    const std::size_t at = (std::size_t(y) * width_ + x) * 3;
    const std::size_t size = std::min(tile, width_ - x) * 3;
    if (pwrite(file_, &pixels_[at], size, header_ + at) < 0) std::perror("pwrite");
  }

  __attribute__((noinline)) void render_pixel(int x, int y) {
    Vec3 sum;
    for (int sample = 0; sample < 4; sample++) {
      sum = sum + scene_.trace(camera_.through(x + sample % 2 * 0.5, y + sample / 2 * 0.5), 6);
    }
    std::uint8_t *out = &pixels_[(std::size_t(y) * width_ + x) * 3];
    out[0] = tone_map(sum.x / 4);
    out[1] = tone_map(sum.y / 4);
    out[2] = tone_map(sum.z / 4);
  }

  const Scene &scene_;
  const Camera camera_;
  const int width_, height_;
  encode::Bytes pixels_;
  const int file_;
  int header_;
  std::atomic<int> next_tile_{0};
};

struct Job {
  Renderer *renderer;
  std::uint64_t bits;
};

void *render_main(void *argument) {
  static_cast<Job *>(argument)->renderer->work();
  return nullptr;
}

void *encode_main(void *argument) {
  Job *job = static_cast<Job *>(argument);
  job->bits = encode::compressed_bits(job->renderer->pixels(), 3 * picture_width);
  return nullptr;
}

pthread_t start(const char *name, void *(*body)(void *), Job *job) {
  pthread_t thread;
  if (pthread_create(&thread, nullptr, body, job) != 0) std::abort();
  pthread_setname_np(thread, name);
  return thread;
}

}  // namespace

__attribute__((noinline)) std::uint64_t run(int side, const char *path) {
  const Scene scene(generate_scene(side));
  Renderer renderer(scene, picture_width, picture_height, path);
  Job job{&renderer, 0};
  const pthread_t first = start("render-0", render_main, &job);
  const pthread_t second = start("render-1", render_main, &job);
  pthread_join(first, nullptr);
  pthread_join(second, nullptr);
  pthread_join(start("encode", encode_main, &job), nullptr);
  return job.bits;
}

}  // namespace prism

int main(int argc, char **argv) {
  const int side = argc > 1 ? std::atoi(argv[1]) : 100;
  const char *path = argc > 2 ? argv[2] : "/tmp/prism.ppm";
  std::printf("%llu bits\n", static_cast<unsigned long long>(prism::run(side, path)));
  return 0;
}
