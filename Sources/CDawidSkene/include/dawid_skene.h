#ifndef SLUICE_DAWID_SKENE_H
#define SLUICE_DAWID_SKENE_H

#include <stdint.h>

/// Dawid and Skene's model over flat arrays: the yardstick of `sluice-bench consensus`.
///
/// `starts` has `items + 1` entries; the answers of item i are [starts[i], starts[i + 1]), each a
/// reviewer and a label. `posteriors` has items * labels entries and is written. Every round is one
/// expectation and one maximisation, from the shares of answers. Returns 0, or -1 without memory.
int dawid_skene(int32_t items, int32_t reviewers, int32_t labels, const int32_t *starts,
                const int32_t *reviewer, const int32_t *label, double right, double wrong,
                double item_prior, int rounds, double *posteriors);

#endif
