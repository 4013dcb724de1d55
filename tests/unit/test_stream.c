/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Random streams: the published outputs, the use of all 64 bits of a seed, and independence of neighbours.
 *
 * The seeds are fixed, so a statistical check passes always or never; the limits are those of chance 1e-4 or less.
 */
#include "cloud/stream.h"

#include "tests/support/t_assert.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sort.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Outputs of the authors' xoshiro256plusplus.c from the state {1, 2, 3, 4}. */
static void stream_gives_published_outputs_when_state_is_1234(void **state)
{
    (void)state;
    static const uint64_t expected[] = {
        UINT64_C(41943041),
        UINT64_C(58720359),
        UINT64_C(3588806011781223),
        UINT64_C(3591011842654386),
        UINT64_C(9228616714210784205),
        UINT64_C(9973669472204895162),
        UINT64_C(14011001112246962877),
        UINT64_C(12406186145184390807),
        UINT64_C(15849039046786891736),
        UINT64_C(10450023813501588000),
    };
    struct cloud_stream stream;
    cloud_stream_open(&stream, 0, 0, 0);
    memcpy(stream.state, (const uint64_t[]){1, 2, 3, 4}, sizeof stream.state);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        t_assert_u64(gsl_rng_get(&stream.rng), expected[i]);
    }
}

/* Outputs of the authors' splitmix64.c, which fill the state. */
static void stream_seeds_by_splitmix64_when_set(void **state)
{
    (void)state;
    static const uint64_t from_1234567[] = {UINT64_C(6457827717110365317), UINT64_C(3203168211198807973),
                                            UINT64_C(9817491932198370423), UINT64_C(4593380528125082431)};
    static const uint64_t from_0[] = {UINT64_C(0xe220a8397b1dcdaf), UINT64_C(0x6e789e6aa1b965f4),
                                      UINT64_C(0x06c45d188009454f), UINT64_C(0xf88bb8a8724c81ec)};
    gsl_rng *rng = gsl_rng_alloc(cloud_stream_type);
    assert_non_null(rng);
    assert_string_equal(gsl_rng_name(rng), "xoshiro256++");
    assert_int_equal(gsl_rng_size(rng), sizeof from_0);
    gsl_rng_set(rng, 1234567);
    assert_memory_equal(gsl_rng_state(rng), from_1234567, sizeof from_1234567);
    gsl_rng_set(rng, 0);
    assert_memory_equal(gsl_rng_state(rng), from_0, sizeof from_0);
    gsl_rng_free(rng);
}

static void stream_takes_all_64_bits_when_seeded(void **state)
{
    (void)state;
    gsl_rng *one = gsl_rng_alloc(cloud_stream_type);
    gsl_rng *two = gsl_rng_alloc(cloud_stream_type);
    assert_non_null(one);
    assert_non_null(two);
    for (int bit = 0; bit < 64; bit++) {
        gsl_rng_set(one, 1);
        gsl_rng_set(two, 1 ^ (1UL << bit));
        assert_true(gsl_rng_get(one) != gsl_rng_get(two));
    }
    gsl_rng_free(one);
    gsl_rng_free(two);
    assert_true(cloud_stream_key(1, "boot") != cloud_stream_key(1 + (UINT64_C(1) << 32), "boot"));
}

static void stream_double_is_the_upper_53_bits_when_drawn(void **state)
{
    (void)state;
    struct cloud_stream whole;
    struct cloud_stream real;
    cloud_stream_open(&whole, 5, 6, 7);
    cloud_stream_open(&real, 5, 6, 7);
    for (int i = 0; i < 10000; i++) {
        double expected = ldexp((double)(gsl_rng_get(&whole.rng) >> 11), -53);
        double got = gsl_rng_uniform(&real.rng);
        assert_true(got == expected && got >= 0.0 && got < 1.0);
    }

    /* The extreme outputs: all bits set stays below 1, and uniform_pos skips 0. */
    memset(real.state, 0, sizeof real.state);
    real.state[0] = UINT64_MAX;
    assert_true(gsl_rng_get(&real.rng) == UINT64_MAX - 1);
    memset(real.state, 0, sizeof real.state);
    real.state[0] = UINT64_MAX;
    assert_true(gsl_rng_uniform(&real.rng) == 1.0 - ldexp(1.0, -53));
}

static void stream_gives_whole_numbers_below_n_when_asked_by_gsl(void **state)
{
    (void)state;
    t_assert_u64(cloud_stream_type->max, ULONG_MAX);
    t_assert_u64(cloud_stream_type->min, 0);
    static const unsigned long limits[] = {1,         2,        3, 7, 1000, 1UL << 31, 1UL << 32, (1UL << 53) + 1,
                                           1UL << 63, ULONG_MAX};
    struct cloud_stream stream;
    cloud_stream_open(&stream, 1, 1, 1);
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        bool is_upper_half_seen = limits[i] == 1;
        for (int draw = 0; draw < 1000; draw++) {
            unsigned long k = gsl_rng_uniform_int(&stream.rng, limits[i]);
            assert_true(k < limits[i]);
            is_upper_half_seen = is_upper_half_seen || k >= limits[i] / 2;
        }
        assert_true(is_upper_half_seen);
    }
}

static void stream_repeats_itself_when_opened_with_the_same_numbers(void **state)
{
    (void)state;
    uint64_t key = cloud_stream_key(42, "start-delay");
    t_assert_u64(cloud_stream_key(42, "start-delay"), key);
    struct cloud_stream one;
    struct cloud_stream two;
    cloud_stream_open(&one, key, 9, 1);
    cloud_stream_open(&two, key, 9, 1);
    assert_memory_equal(one.state, two.state, sizeof one.state);
    assert_ptr_equal(one.rng.state, one.state);
    for (int i = 0; i < 100; i++) {
        t_assert_u64(gsl_rng_get(&one.rng), gsl_rng_get(&two.rng));
    }
}

/* A change of the derivation would silently change every run: these two are pinned. */
static void stream_derivation_is_pinned_when_keyed(void **state)
{
    (void)state;
    uint64_t key = cloud_stream_key(1, "start-delay");
    struct cloud_stream stream;
    cloud_stream_open(&stream, key, 1, 1);
    t_assert_u64(key, UINT64_C(8874235217839853005));
    t_assert_u64(gsl_rng_get(&stream.rng), UINT64_C(10655709769618021591));
}

static int compare_u64(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void streams_differ_when_seed_purpose_entity_or_part_differs(void **state)
{
    (void)state;
    static const char *const purposes[] = {"", "a", "b", "ab", "ba", "boot", "stop", "start-delay"};
    enum { PURPOSES = 8, SEEDS = 4, ENTITIES = 64, PARTS = 8, COUNT = PURPOSES * SEEDS * ENTITIES * PARTS };
    uint64_t *draws = malloc(COUNT * sizeof *draws);
    assert_non_null(draws);
    size_t count = 0;
    for (int i = 0; i < COUNT; i++) {
        uint64_t key = cloud_stream_key((uint64_t)(i / (PURPOSES * ENTITIES * PARTS)), purposes[i % PURPOSES]);
        struct cloud_stream stream;
        cloud_stream_open(&stream, key, (uint64_t)(i / PURPOSES % ENTITIES),
                          (uint64_t)(i / (PURPOSES * ENTITIES) % PARTS));
        draws[count++] = gsl_rng_get(&stream.rng);
    }
    qsort(draws, count, sizeof *draws, compare_u64);
    for (size_t i = 1; i < count; i++) {
        assert_true(draws[i - 1] != draws[i]);
    }
    free(draws);
}

/** The first draw of the stream of each entity from 0: what a simulation uses most. */
static void first_draws(double *u, size_t count, uint64_t part)
{
    uint64_t key = cloud_stream_key(1, "start-delay");
    for (size_t i = 0; i < count; i++) {
        struct cloud_stream stream;
        cloud_stream_open(&stream, key, i, part);
        u[i] = gsl_rng_uniform(&stream.rng);
    }
}

static void check_uniform(const double *u, size_t count)
{
    enum { CELLS = 256 };
    size_t seen[CELLS] = {0};
    for (size_t i = 0; i < count; i++) {
        seen[(size_t)(u[i] * CELLS)]++;
    }
    double expected = (double)count / CELLS;
    double chi_square = 0.0;
    for (size_t i = 0; i < CELLS; i++) {
        double off = (double)seen[i] - expected;
        chi_square += off * off / expected;
    }
    double upper = gsl_cdf_chisq_Q(chi_square, CELLS - 1);
    assert_true(upper > 1e-4 && upper < 1.0 - 1e-4);
}

/** Correlation with the neighbour @p lag further, in standard errors. */
static double correlation_z(const double *u, const double *v, size_t count)
{
    double sum = 0.0;
    for (size_t i = 0; i < count; i++) {
        sum += (u[i] - 0.5) * (v[i] - 0.5);
    }
    return sum * 12.0 / sqrt((double)count);
}

static void streams_are_uniform_and_uncorrelated_when_entities_are_neighbours(void **state)
{
    (void)state;
    enum { COUNT = 1 << 18 };
    double *u = malloc(COUNT * sizeof *u);
    double *v = malloc(COUNT * sizeof *v);
    assert_non_null(u);
    assert_non_null(v);
    first_draws(u, COUNT, 1);
    first_draws(v, COUNT, 2);
    check_uniform(u, COUNT);
    check_uniform(v, COUNT);
    for (size_t lag = 1; lag <= 16; lag++) {
        assert_true(fabs(correlation_z(u, u + lag, COUNT - lag)) < 4.5);
    }
    assert_true(fabs(correlation_z(u, v, COUNT)) < 4.5);
    free(u);
    free(v);
}

static void stream_is_uniform_in_each_byte_when_drawn_long(void **state)
{
    (void)state;
    enum { COUNT = 1 << 16 };
    double *u = malloc(COUNT * sizeof *u);
    assert_non_null(u);
    for (int byte = 0; byte < 8; byte++) {
        struct cloud_stream stream;
        cloud_stream_open(&stream, 3, 1, 4);
        for (size_t i = 0; i < COUNT; i++) {
            u[i] = (double)(gsl_rng_get(&stream.rng) >> (8 * byte) & 0xff) / 256.0;
        }
        check_uniform(u, COUNT);
    }
    free(u);
}

static void stream_passes_kolmogorov_smirnov_when_gsl_draws_exponentials(void **state)
{
    (void)state;
    enum { COUNT = 100000 };
    double *x = malloc(COUNT * sizeof *x);
    assert_non_null(x);
    uint64_t key = cloud_stream_key(2, "runtime");
    for (size_t i = 0; i < COUNT; i++) {
        struct cloud_stream stream;
        cloud_stream_open(&stream, key, i, 0);
        x[i] = gsl_ran_exponential(&stream.rng, 3.0);
    }
    gsl_sort(x, 1, COUNT);
    double distance = 0.0;
    for (size_t i = 0; i < COUNT; i++) {
        double p = gsl_cdf_exponential_P(x[i], 3.0);
        distance = fmax(distance, fmax(p - (double)i / COUNT, (double)(i + 1) / COUNT - p));
    }
    /* 2 exp(-2 d^2) = 1e-4 at d = 2.225. */
    assert_true(distance * sqrt((double)COUNT) < 2.225);
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stream_gives_published_outputs_when_state_is_1234),
        cmocka_unit_test(stream_seeds_by_splitmix64_when_set),
        cmocka_unit_test(stream_takes_all_64_bits_when_seeded),
        cmocka_unit_test(stream_double_is_the_upper_53_bits_when_drawn),
        cmocka_unit_test(stream_gives_whole_numbers_below_n_when_asked_by_gsl),
        cmocka_unit_test(stream_repeats_itself_when_opened_with_the_same_numbers),
        cmocka_unit_test(stream_derivation_is_pinned_when_keyed),
        cmocka_unit_test(streams_differ_when_seed_purpose_entity_or_part_differs),
        cmocka_unit_test(streams_are_uniform_and_uncorrelated_when_entities_are_neighbours),
        cmocka_unit_test(stream_is_uniform_in_each_byte_when_drawn_long),
        cmocka_unit_test(stream_passes_kolmogorov_smirnov_when_gsl_draws_exponentials),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
