/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Spot lives: the hazards of the advisor's bands, and lives that follow them.
 */
#include "cloud/spot.h"

#include "cloud/stream.h"
#include "tests/support/t_assert.h"

#include <math.h>

static const double us_per_h = 3.6e9;

static double hazard(enum cloud_spot_model model, double mean_h, int32_t band)
{
    struct cloud_spot spot = {.model = model, .mean_h = mean_h};
    struct cloud_type type = {.spot_band = band};
    return cloud_spot_hazard_per_h(&spot, &type);
}

static void hazard_gives_the_monthly_probability_back_when_from_the_advisor(void **state)
{
    (void)state;
    static const double monthly[] = {0.025, 0.075, 0.125, 0.175, 0.30};
    /* As the data notes print them, to two digits. */
    static const double printed[] = {3.5e-5, 1.1e-4, 1.8e-4, 2.6e-4, 4.9e-4};
    for (int32_t band = 0; band < 5; band++) {
        double per_h = hazard(CLOUD_SPOT_ADVISOR, 0.0, band);
        t_assert_near(1.0 - exp(-per_h * 730.0), monthly[band], 1e-12, 0.0);
        t_assert_near(per_h, printed[band], 0.03, 0.0);
    }
    t_assert_near(hazard(CLOUD_SPOT_ADVISOR, 0.0, CLOUD_SPOT_BAND_UNKNOWN), hazard(CLOUD_SPOT_ADVISOR, 0.0, 2), 0.0,
                  0.0);
}

static void hazard_is_the_same_for_every_type_when_not_from_the_advisor(void **state)
{
    (void)state;
    for (int32_t band = CLOUD_SPOT_BAND_UNKNOWN; band < 5; band++) {
        assert_true(hazard(CLOUD_SPOT_NEVER, 5.0, band) == 0.0);
        assert_true(hazard(CLOUD_SPOT_EXPONENTIAL, 4.0, band) == 0.25);
    }
}

/** Mean and share above the mean of 1e5 lives, each from its own stream. */
static void check_exponential(const struct cloud_spot *spot, const struct cloud_type *type)
{
    enum { SAMPLES = 100000 };
    double mean_h = 1.0 / cloud_spot_hazard_per_h(spot, type);
    uint64_t key = cloud_stream_key(1, "spot-life");
    double sum_h = 0.0;
    double above = 0.0;
    for (uint64_t i = 0; i < SAMPLES; i++) {
        struct cloud_stream stream;
        cloud_stream_open(&stream, key, i, 0);
        int64_t life_us = cloud_spot_life_us(spot, type, &stream.rng);
        assert_true(life_us >= 0 && life_us <= INT64_C(1) << 53);
        sum_h += (double)life_us / us_per_h;
        above += (double)life_us / us_per_h > mean_h ? 1.0 : 0.0;
    }
    t_assert_near(sum_h / SAMPLES, mean_h, 4.0 / sqrt((double)SAMPLES), 0.0);
    double p = exp(-1.0);
    t_assert_near(above / SAMPLES, p, 0.0, 4.0 * sqrt(p * (1.0 - p) / SAMPLES));
}

static void life_is_exponential_when_instances_can_be_interrupted(void **state)
{
    (void)state;
    struct cloud_type type = {.spot_band = 4};
    check_exponential(&(struct cloud_spot){.model = CLOUD_SPOT_EXPONENTIAL, .mean_h = 0.5}, &type);
    check_exponential(&(struct cloud_spot){.model = CLOUD_SPOT_ADVISOR}, &type);
    type.spot_band = 0;
    check_exponential(&(struct cloud_spot){.model = CLOUD_SPOT_ADVISOR}, &type);
}

static void life_has_no_end_when_never_interrupted(void **state)
{
    (void)state;
    struct cloud_spot spot = {.model = CLOUD_SPOT_NEVER};
    struct cloud_type type = {.spot_band = 4};
    struct cloud_stream stream;
    cloud_stream_open(&stream, 1, 1, 1);
    t_assert_i64(cloud_spot_life_us(&spot, &type, &stream.rng), INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hazard_gives_the_monthly_probability_back_when_from_the_advisor),
        cmocka_unit_test(hazard_is_the_same_for_every_type_when_not_from_the_advisor),
        cmocka_unit_test(life_is_exponential_when_instances_can_be_interrupted),
        cmocka_unit_test(life_has_no_end_when_never_interrupted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
