// Makes a picture small: row filters, LZ77 with hash chains, Huffman code lengths.
#pragma once

#include <cstdint>
#include <vector>

namespace prism::encode {

using Bytes = std::vector<std::uint8_t>;

// Bits that the filtered, compressed picture takes. `stride` is the bytes in a row.
std::uint64_t compressed_bits(const Bytes &pixels, std::size_t stride);

}  // namespace prism::encode
