// Samples the calling thread by SIGPROF and walks its frame pointers.
#pragma once

namespace sampler {

void start(int microseconds);
void stop();

// Writes <folder>/raw.folded (a line a sample), <folder>/maps and <folder>/truth.
void save(const char *folder, const char *root);

}  // namespace sampler
