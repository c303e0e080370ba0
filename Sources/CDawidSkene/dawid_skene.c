#include "dawid_skene.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Counts expected labels and answers, then makes logarithms of their shares. */
static void maximise(int32_t items, int32_t reviewers, int32_t labels, const int32_t *starts,
                     const int32_t *reviewer, const int32_t *label, double right, double wrong,
                     double item_prior, const double *posteriors, double *shares,
                     double *confusion) {
    int64_t cells = (int64_t)reviewers * labels * labels;
    memset(shares, 0, sizeof(double) * (size_t)labels);
    memset(confusion, 0, sizeof(double) * (size_t)cells);
    for (int32_t item = 0; item < items; item++) {
        const double *own = posteriors + (int64_t)item * labels;
        for (int32_t k = 0; k < labels; k++) shares[k] += own[k];
        for (int32_t a = starts[item]; a < starts[item + 1]; a++) {
            double *row = confusion + ((int64_t)reviewer[a] * labels + label[a]) * labels;
            for (int32_t k = 0; k < labels; k++) row[k] += own[k];
        }
    }
    double all = items + labels * item_prior;
    for (int32_t k = 0; k < labels; k++) shares[k] = log((shares[k] + item_prior) / all);
    for (int32_t r = 0; r < reviewers; r++) {
        double *matrix = confusion + (int64_t)r * labels * labels;
        for (int32_t truth = 0; truth < labels; truth++) {
            double sum = 0;
            for (int32_t given = 0; given < labels; given++) {
                double *cell = matrix + given * labels + truth;
                *cell += given == truth ? right : wrong;
                if (*cell < 1e-10) *cell = 1e-10;
                sum += *cell;
            }
            for (int32_t given = 0; given < labels; given++) {
                double *cell = matrix + given * labels + truth;
                *cell = log(*cell / sum);
            }
        }
    }
}

/* Makes posteriors of the logarithms. */
static void expect(int32_t items, int32_t labels, const int32_t *starts, const int32_t *reviewer,
                   const int32_t *label, const double *shares, const double *confusion,
                   double *posteriors) {
    for (int32_t item = 0; item < items; item++) {
        double *own = posteriors + (int64_t)item * labels;
        for (int32_t k = 0; k < labels; k++) own[k] = shares[k];
        for (int32_t a = starts[item]; a < starts[item + 1]; a++) {
            const double *row =
                confusion + ((int64_t)reviewer[a] * labels + label[a]) * labels;
            for (int32_t k = 0; k < labels; k++) own[k] += row[k];
        }
        double most = own[0];
        for (int32_t k = 1; k < labels; k++) most = own[k] > most ? own[k] : most;
        double sum = 0;
        for (int32_t k = 0; k < labels; k++) {
            own[k] = exp(own[k] - most);
            sum += own[k];
        }
        for (int32_t k = 0; k < labels; k++) own[k] /= sum;
    }
}

int dawid_skene(int32_t items, int32_t reviewers, int32_t labels, const int32_t *starts,
                const int32_t *reviewer, const int32_t *label, double right, double wrong,
                double item_prior, int rounds, double *posteriors) {
    double *shares = malloc(sizeof(double) * (size_t)labels);
    double *confusion = malloc(sizeof(double) * (size_t)reviewers * (size_t)labels * (size_t)labels);
    if (!shares || !confusion) {
        free(shares);
        free(confusion);
        return -1;
    }
    memset(posteriors, 0, sizeof(double) * (size_t)items * (size_t)labels);
    for (int32_t item = 0; item < items; item++) {
        int32_t count = starts[item + 1] - starts[item];
        for (int32_t a = starts[item]; a < starts[item + 1]; a++)
            posteriors[(int64_t)item * labels + label[a]] += 1.0 / count;
    }
    for (int round = 0; round < rounds; round++) {
        maximise(items, reviewers, labels, starts, reviewer, label, right, wrong, item_prior,
                 posteriors, shares, confusion);
        expect(items, labels, starts, reviewer, label, shares, confusion, posteriors);
    }
    free(shares);
    free(confusion);
    return 0;
}
