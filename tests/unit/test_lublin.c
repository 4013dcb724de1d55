/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The Lublin-Feitelson generator against its formulas, reckoned here by other means: sizes by their exact
 * probabilities, run times by the mixture's distribution function, arrivals as a renewal process in points.
 */
#include "workloads/lublin.h"

#include "tests/support/t_assert.h"
#include "tests/support/t_streams.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <string.h>

enum { SEED = 20260803, JOBS = 200000, PROCESSORS = 256 };

/** Row by row as in the paper's table; batch, interactive, typeless. */
static void constants_are_the_published_ones(void **state)
{
    (void)state;
    static const double table[15][3] = {
        {0.2927, 0.1541, 0.244},  {0.6686, 0.625, 0.576},    {1.2, 1, 0.8},
        {0.875, 0.705, 0.86},     {6.57, 3.8351, 4.2},       {0.823, 0.6605, 0.94},
        {639.1, 7.073, 312},      {0.0156, 0.6856, 0.03},    {-0.003, -0.0118, -0.0054},
        {0.6986, 0.9156, 0.78},   {6.0415, 6.5510, 10.2303}, {0.8531, 0.6621, 0.4871},
        {6.1271, 8.9186, 8.1737}, {5.2740, 3.6680, 3.9631},  {1.0519, 0.9797, 1.0225},
    };
    for (int column = 0; column < 3; column++) {
        const struct workload_lublin_constants *c = workload_lublin_published((enum workload_lublin_column)column);
        const double got[15] = {c->serial,     c->power_of_two, c->size_low,     c->size_stage,   c->run_a1,
                                c->run_b1,     c->run_a2,       c->run_b2,       c->run_pa,       c->run_pb,
                                c->rush_shape, c->rush_scale,   c->bucket_shape, c->bucket_scale, c->rush_ratio};
        for (int i = 0; i < 15; i++) {
            t_assert_near(got[i], table[i][column], 0, 0);
        }
    }
}

/** Distribution function of the two-stage uniform. */
static double stage_below(const struct workload_lublin_constants *c, double x)
{
    double high = log2(PROCESSORS);
    double med = high - 2.5;
    double first = fmin(1, fmax(0, (x - c->size_low) / (med - c->size_low)));
    double second = fmin(1, fmax(0, (x - med) / (high - med)));
    return c->size_stage * first + (1 - c->size_stage) * second;
}

/** P(size = n) for n = 1..PROCESSORS. */
static void size_probabilities(const struct workload_lublin_constants *c, double *p)
{
    memset(p, 0, (PROCESSORS + 1) * sizeof *p);
    p[1] = c->serial;
    for (int k = 0; 1 << k <= PROCESSORS; k++) {
        p[1 << k] += c->power_of_two * (stage_below(c, k + 0.5) - stage_below(c, k - 0.5));
    }
    double rest = 1 - c->serial - c->power_of_two;
    for (int n = 1; n <= PROCESSORS; n++) {
        p[n] += rest * (stage_below(c, log2(n + 0.5)) - stage_below(c, log2(n - 0.5)));
    }
}

static void draw(enum workload_lublin_column column, double load_factor, struct workload_row *rows, int count)
{
    struct workload_streams streams = t_streams_open(SEED);
    struct workload_lublin lublin;
    workload_lublin_init(&lublin, column, PROCESSORS, load_factor, &streams);
    for (int i = 0; i < count; i++) {
        assert_true(workload_lublin_next(&lublin, &rows[i]));
    }
    t_streams_close(&streams);
}

static struct workload_row rows[JOBS];
static const enum workload_lublin_column columns[] = {WORKLOAD_LUBLIN_BATCH, WORKLOAD_LUBLIN_INTERACTIVE,
                                                      WORKLOAD_LUBLIN_TYPELESS};

static void sizes_have_their_probabilities(void **state)
{
    (void)state;
    for (size_t column = 0; column < 3; column++) {
        double p[PROCESSORS + 1];
        double count[PROCESSORS + 1] = {0};
        size_probabilities(workload_lublin_published(columns[column]), p);
        draw(columns[column], 1, rows, JOBS);
        for (int i = 0; i < JOBS; i++) {
            assert_true(rows[i].processors >= 1 && rows[i].processors <= PROCESSORS);
            count[rows[i].processors]++;
        }
        double total = 0;
        double chi_square = 0;
        int cells = 0;
        for (int n = 1; n <= PROCESSORS; n++) {
            total += p[n];
            if (p[n] == 0) {
                assert_int_equal(count[n], 0);
                continue;
            }
            chi_square += (count[n] - JOBS * p[n]) * (count[n] - JOBS * p[n]) / (JOBS * p[n]);
            cells++;
        }
        t_assert_near(total, 1, 0, 1e-12);
        assert_true(gsl_cdf_chisq_Q(chi_square, cells - 1) > 1e-3);
        /* The published share of serial jobs, four standard errors. */
        double serial = workload_lublin_published(columns[column])->serial;
        t_assert_near(count[1] / JOBS, serial, 0, 4 * sqrt(serial * (1 - serial) / JOBS));
    }
}

static double mixture_below(const struct workload_lublin_constants *c, int size, double x)
{
    double p = fmin(1, fmax(0, c->run_pa * size + c->run_pb));
    return p * gsl_cdf_gamma_P(x, c->run_a1, c->run_b1) + (1 - p) * gsl_cdf_gamma_P(x, c->run_a2, c->run_b2);
}

static void run_times_follow_the_mixture(void **state)
{
    (void)state;
    const int64_t limits_s[] = {0, 1, 10, 60, 600, 3600, 10000, 36000, 100000, 162000};
    for (size_t column = 0; column < 3; column++) {
        const struct workload_lublin_constants *c = workload_lublin_published(columns[column]);
        double p[PROCESSORS + 1];
        size_probabilities(c, p);
        draw(columns[column], 1, rows, JOBS);
        for (size_t limit = 0; limit < sizeof limits_s / sizeof limits_s[0]; limit++) {
            double expected = 0;
            for (int n = 1; n <= PROCESSORS; n++) {
                expected += p[n] * mixture_below(c, n, log1p((double)limits_s[limit])) / mixture_below(c, n, 12);
            }
            int below = 0;
            for (int i = 0; i < JOBS; i++) {
                assert_int_equal(rows[i].run_us % 1000000, 0);
                below += rows[i].run_us / 1000000 <= limits_s[limit];
            }
            t_assert_near((double)below / JOBS, expected, 0, 4 * sqrt(expected * (1 - expected) / JOBS) + 1e-9);
        }
    }
}

/** Wide jobs run longer: the mixture's weight depends on the size. */
static void run_times_grow_with_the_size(void **state)
{
    (void)state;
    draw(WORKLOAD_LUBLIN_TYPELESS, 1, rows, JOBS);
    const struct workload_lublin_constants *c = workload_lublin_published(WORKLOAD_LUBLIN_TYPELESS);
    const int sizes[] = {1, 64, 128};
    for (size_t k = 0; k < 3; k++) {
        int jobs = 0;
        int below = 0;
        for (int i = 0; i < JOBS; i++) {
            jobs += rows[i].processors == sizes[k];
            below += rows[i].processors == sizes[k] && rows[i].run_us < 1000 * INT64_C(1000000);
        }
        double expected = mixture_below(c, sizes[k], log(1000)) / mixture_below(c, sizes[k], 12);
        assert_true(jobs > 500);
        t_assert_near((double)below / jobs, expected, 0, 4 * sqrt(expected * (1 - expected) / jobs));
    }
}

/** Mean and standard deviation of the points that one gap earns, by Simpson's rule. */
static void gap_moments(const struct workload_lublin_constants *c, double *mean, double *deviation)
{
    enum { STEPS = 20000 };
    double shape = c->rush_shape * c->rush_ratio;
    double sums[3] = {0, 0, 0};
    for (int i = 0; i <= STEPS; i++) {
        double x = 13.0 * i / STEPS;
        double weight = i == 0 || i == STEPS ? 1 : 2 + 2 * (i % 2);
        double density = weight * gsl_ran_gamma_pdf(x, shape, c->rush_scale);
        double points = exp(x) / 1800;
        sums[0] += density;
        sums[1] += density * points;
        sums[2] += density * points * points;
    }
    *mean = sums[1] / sums[0];
    *deviation = sqrt(sums[2] / sums[0] - *mean * *mean);
}

static void arrivals_per_day_follow_from_the_gaps(void **state)
{
    (void)state;
    const double factors[] = {1, 0.25, 20};
    for (size_t column = 0; column < 3; column++) {
        double mean = 0;
        double deviation = 0;
        gap_moments(workload_lublin_published(columns[column]), &mean, &deviation);
        for (size_t k = 0; k < 3; k++) {
            draw(columns[column], factors[k], rows, JOBS);
            /* A day costs 48 points. The last day may be gone in part: one day is allowed for it. */
            double days = (double)rows[JOBS - 1].submit_us / 86400e6;
            double expected = JOBS * mean / 48 / factors[k];
            t_assert_near(days, expected, 0, 4 * sqrt(JOBS) * deviation / 48 / factors[k] + 1);
        }
    }
}

/** Weight of a half hour counted from midnight; the fitted day begins with bucket 11 at 5:00. */
static double bucket_weight(const struct workload_lublin_constants *c, int bucket)
{
    int cycle = bucket >= 10 ? bucket + 1 : bucket + 49;
    double whole = gsl_cdf_gamma_Q(10.5, c->bucket_shape, c->bucket_scale) -
                   gsl_cdf_gamma_Q(58.5, c->bucket_shape, c->bucket_scale);
    return 48 *
           (gsl_cdf_gamma_Q(cycle - 0.5, c->bucket_shape, c->bucket_scale) -
            gsl_cdf_gamma_Q(cycle + 0.5, c->bucket_shape, c->bucket_scale)) /
           whole;
}

static void buckets_have_the_weights_of_the_cycle(void **state)
{
    (void)state;
    for (size_t column = 0; column < 3; column++) {
        struct workload_streams streams = t_streams_open(SEED);
        struct workload_lublin lublin;
        workload_lublin_init(&lublin, columns[column], PROCESSORS, 1, &streams);
        for (int bucket = 0; bucket < 48; bucket++) {
            double weight = bucket_weight(workload_lublin_published(columns[column]), bucket);
            t_assert_near(lublin.processes[0].weights[bucket], weight, 1e-9, 0);
        }
        t_streams_close(&streams);
    }
}

/** Points that all buckets from midnight of the first day up to @p time_us cost. */
static double points_until(const double *weights, int64_t time_us)
{
    double buckets = floor((double)time_us / 1800e6);
    int64_t rest = (int64_t)fmod(buckets, 48);
    double points = buckets - (double)rest;
    for (int i = 0; i < rest; i++) {
        points += weights[i];
    }
    return points + ((double)time_us / 1800e6 - buckets) * weights[rest];
}

/** Rare arrivals, so that whole seconds do not show: what each gap cost is what the gamma distribution earned. */
static void gaps_in_points_follow_the_gamma_distribution(void **state)
{
    (void)state;
    const double factor = 0.05;
    for (size_t column = 0; column < 3; column++) {
        const struct workload_lublin_constants *c = workload_lublin_published(columns[column]);
        double weights[48];
        for (int bucket = 0; bucket < 48; bucket++) {
            weights[bucket] = bucket_weight(c, bucket);
        }
        draw(columns[column], factor, rows, JOBS);
        for (int half = 6; half < 24; half++) {
            double x = half / 2.0;
            int below = 0;
            double before = 0;
            for (int i = 0; i < JOBS; i++) {
                double points = points_until(weights, rows[i].submit_us);
                below += log(fmax(1e-9, 1800 * factor * (points - before))) <= x;
                before = points;
            }
            double shape = c->rush_shape * c->rush_ratio;
            double expected = gsl_cdf_gamma_P(x, shape, c->rush_scale) / gsl_cdf_gamma_P(13, shape, c->rush_scale);
            t_assert_near((double)below / JOBS, expected, 0, 4 * sqrt(expected * (1 - expected) / JOBS));
        }
    }
}

static void both_types_arrive_side_by_side(void **state)
{
    (void)state;
    const struct workload_lublin_constants *batch = workload_lublin_published(WORKLOAD_LUBLIN_BATCH);
    const struct workload_lublin_constants *interactive = workload_lublin_published(WORKLOAD_LUBLIN_INTERACTIVE);
    double mean[2];
    double deviation[2];
    gap_moments(batch, &mean[0], &deviation[0]);
    gap_moments(interactive, &mean[1], &deviation[1]);
    draw(WORKLOAD_LUBLIN_BOTH, 1, rows, JOBS);
    double rate = 1 / mean[0] + 1 / mean[1];
    double days = (double)rows[JOBS - 1].submit_us / 86400e6;
    t_assert_near(days, JOBS / rate / 48, 0.02, 0);
    double share = 1 / mean[0] / rate;
    double serial = share * batch->serial + (1 - share) * interactive->serial;
    int count = 0;
    int batch_count = 0;
    for (int i = 0; i < JOBS; i++) {
        count += rows[i].processors == 1;
        batch_count += rows[i].queue_number == 1;
        assert_true(rows[i].queue_number == 0 || rows[i].queue_number == 1);
        assert_true(i == 0 || rows[i].submit_us >= rows[i - 1].submit_us);
    }
    t_assert_near((double)batch_count / JOBS, share, 0.02, 0);
    /* The share of batch jobs varies with the gaps: a further 1 % of the difference between the types. */
    t_assert_near((double)count / JOBS, serial, 0,
                  4 * sqrt(serial * (1 - serial) / JOBS) + 0.01 * fabs(batch->serial - interactive->serial));
}

static void sizes_stay_within_any_machine(void **state)
{
    (void)state;
    const uint32_t machines[] = {1, 2, 3, 5, 12, 100, 1000, 100000, UINT32_MAX};
    for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++) {
        struct workload_streams streams = t_streams_open(SEED);
        struct workload_lublin lublin;
        workload_lublin_init(&lublin, WORKLOAD_LUBLIN_BATCH, machines[i], 1, &streams);
        int64_t widest = 0;
        for (int job = 0; job < 20000; job++) {
            struct workload_row row;
            assert_true(workload_lublin_next(&lublin, &row));
            assert_true(row.processors >= 1 && row.processors <= machines[i]);
            widest = row.processors > widest ? row.processors : widest;
        }
        assert_true(widest > machines[i] / 2);
        t_streams_close(&streams);
    }
}

static void queue_numbers_tell_the_type(void **state)
{
    (void)state;
    static const int64_t expected[] = {
        [WORKLOAD_LUBLIN_BATCH] = 1, [WORKLOAD_LUBLIN_INTERACTIVE] = 0, [WORKLOAD_LUBLIN_TYPELESS] = -1};
    for (int column = WORKLOAD_LUBLIN_BATCH; column <= WORKLOAD_LUBLIN_TYPELESS; column++) {
        struct workload_streams streams = t_streams_open(SEED);
        struct workload_lublin lublin;
        struct workload_row row;
        workload_lublin_init(&lublin, (enum workload_lublin_column)column, 64, 1, &streams);
        assert_true(workload_lublin_next(&lublin, &row));
        t_assert_i64(row.queue_number, expected[column]);
        t_streams_close(&streams);
    }
}

static void arrivals_stay_when_the_machine_changes(void **state)
{
    (void)state;
    int64_t submit_us[2] = {0, 0};
    int64_t width[2] = {0, 0};
    for (int i = 0; i < 2; i++) {
        struct workload_streams streams = t_streams_open(SEED);
        struct workload_lublin lublin;
        workload_lublin_init(&lublin, WORKLOAD_LUBLIN_TYPELESS, i == 0 ? 64 : 4096, 1, &streams);
        for (int job = 0; job < 1000; job++) {
            struct workload_row row;
            assert_true(workload_lublin_next(&lublin, &row));
            submit_us[i] = row.submit_us;
            width[i] += row.processors;
        }
        t_streams_close(&streams);
    }
    t_assert_i64(submit_us[0], submit_us[1]);
    assert_true(width[0] < width[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constants_are_the_published_ones),
        cmocka_unit_test(sizes_have_their_probabilities),
        cmocka_unit_test(run_times_follow_the_mixture),
        cmocka_unit_test(run_times_grow_with_the_size),
        cmocka_unit_test(arrivals_per_day_follow_from_the_gaps),
        cmocka_unit_test(buckets_have_the_weights_of_the_cycle),
        cmocka_unit_test(gaps_in_points_follow_the_gamma_distribution),
        cmocka_unit_test(both_types_arrive_side_by_side),
        cmocka_unit_test(sizes_stay_within_any_machine),
        cmocka_unit_test(queue_numbers_tell_the_type),
        cmocka_unit_test(arrivals_stay_when_the_machine_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
