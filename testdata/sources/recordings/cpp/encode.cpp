#include "encode.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <numeric>

namespace prism::encode {

namespace {

struct Left {
  static int predict(int left, int, int) { return left; }
};
struct Up {
  static int predict(int, int up, int) { return up; }
};
struct Paeth {
  static int predict(int left, int up, int corner) {
    const int guess = left + up - corner;
    const int a = std::abs(guess - left), b = std::abs(guess - up), c = std::abs(guess - corner);
    return a <= b && a <= c ? left : b <= c ? up : corner;
  }
};

template <typename Filter>
__attribute__((noinline)) std::uint64_t filter_row(const std::uint8_t *row,
                                                   const std::uint8_t *above, std::size_t stride,
                                                   std::uint8_t *out) {
  std::uint64_t cost = 0;
  for (std::size_t i = 0; i < stride; i++) {
    const int left = i < 3 ? 0 : row[i - 3], corner = i < 3 ? 0 : above[i - 3];
    out[i] = static_cast<std::uint8_t>(row[i] - Filter::predict(left, above[i], corner));
    cost += std::abs(static_cast<std::int8_t>(out[i]));
  }
  return cost;
}

__attribute__((noinline)) Bytes filter_rows(const Bytes &pixels, std::size_t stride) {
  Bytes out, zero(stride), trial[3] = {Bytes(stride), Bytes(stride), Bytes(stride)};
  out.reserve(pixels.size());
  for (std::size_t at = 0; at < pixels.size(); at += stride) {
    const std::uint8_t *row = &pixels[at], *above = at == 0 ? zero.data() : row - stride;
    const std::uint64_t costs[3] = {filter_row<Left>(row, above, stride, trial[0].data()),
                                    filter_row<Up>(row, above, stride, trial[1].data()),
                                    filter_row<Paeth>(row, above, stride, trial[2].data())};
    const Bytes &best = trial[std::min_element(costs, costs + 3) - costs];
    out.insert(out.end(), best.begin(), best.end());
  }
  return out;
}

struct Token {
  std::uint16_t symbol;
  std::uint16_t distance;
};

class MatchFinder {
 public:
  explicit MatchFinder(const Bytes &data) : data_(data), head_(1 << 14, -1), chain_(data.size()) {}

  Token next(std::size_t at) {
    int best = 0, distance = 0, tries = 3000;
    for (int from = insert(at); from >= 0 && tries-- > 0 && at - from < 32768;
         from = chain_[from]) {
      const int length = match_length(from, at);
      if (length > best) {
        best = length;
        distance = static_cast<int>(at) - from;
      }
    }
    if (best < 4) return {data_[at], 0};
    return {static_cast<std::uint16_t>(256 + best), static_cast<std::uint16_t>(distance)};
  }

  int insert(std::size_t at) {
    if (at + 3 >= data_.size()) return -1;
    const unsigned key = (data_[at] * 2654435761u ^ data_[at + 1] * 40503u ^ data_[at + 2]) & 16383;
    const int previous = head_[key];
    head_[key] = static_cast<int>(at);
    return chain_[at] = previous;
  }

 private:
  __attribute__((noinline)) int match_length(int from, std::size_t at) const {
    int length = 0;
    while (length < 258 && at + length < data_.size() && data_[from + length] == data_[at + length])
      length++;
    return length;
  }

  const Bytes &data_;
  std::vector<int> head_, chain_;
};

__attribute__((noinline)) std::vector<Token> find_matches(const Bytes &data) {
  std::vector<Token> tokens;
  MatchFinder finder(data);
  for (std::size_t at = 0; at < data.size();) {
    const Token token = finder.next(at);
    tokens.push_back(token);
    at += token.distance == 0 ? 1 : token.symbol - 256;
  }
  return tokens;
}

struct Tree {
  std::uint64_t weight;
  int left, right;
};

std::uint64_t depth_sum(const std::vector<Tree> &trees, int index, int depth) {
  const Tree &tree = trees[index];
  if (tree.left < 0) return tree.weight * depth;
  return depth_sum(trees, tree.left, depth + 1) + depth_sum(trees, tree.right, depth + 1);
}

__attribute__((noinline)) std::uint64_t huffman_bits(const std::vector<Token> &tokens) {
  std::map<std::uint16_t, std::uint64_t> histogram;
  std::uint64_t extra = 0;
  for (const Token &token : tokens) {
    histogram[token.symbol]++;
    if (token.distance != 0) extra += 32 - __builtin_clz(token.distance);
  }
  std::vector<Tree> trees;
  for (const auto &[symbol, weight] : histogram) trees.push_back({weight, -1, -1});
  std::vector<int> open(trees.size());
  std::iota(open.begin(), open.end(), 0);
  while (open.size() > 1) {
    std::sort(open.begin(), open.end(),
              [&](int a, int b) { return trees[a].weight > trees[b].weight; });
    const int a = open.back(), b = open[open.size() - 2];
    open.resize(open.size() - 2);
    trees.push_back({trees[a].weight + trees[b].weight, a, b});
    open.push_back(static_cast<int>(trees.size()) - 1);
  }
  return extra + depth_sum(trees, open[0], 0);
}

}  // namespace

std::uint64_t compressed_bits(const Bytes &pixels, std::size_t stride) {
  return huffman_bits(find_matches(filter_rows(pixels, stride)));
}

}  // namespace prism::encode
