/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The catalogue: the shipped file holds the figures of its sources, and every wrong file is refused with its place.
 */
#include "cloud/catalog_internal.h"

#include "tests/support/t_assert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER                                                                                                         \
    "instance_type,family,arch,vcpus,mib,registered_mib,gpus,is_metal,on_demand_usd_per_h,spot_savings_percent,"       \
    "spot_band,network_mbps,nvme_gb,coremark_per_s\n"
#define LARGE "c6i.large,c6i,x86_64,2,4096,3775,0,0,0.085,63,1,781,0,35321\n"
#define METAL "c6i.metal,c6i,x86_64,128,262144,251000,0,1,5.44,,,50000,0,\n"
#define GRAVITON "m6g.large,m6g,arm64,2,8192,7739,0,0,0.077,0,0,750,0,30000\n"

enum { PATH_BYTES = 4096 };

static const char *source_path(const char *file, char path[PATH_BYTES])
{
    const char *root = getenv("BATCHLAB_SOURCE");
    (void)snprintf(path, PATH_BYTES, "%s/%s", root == NULL ? "." : root, file);
    return path;
}

static struct cloud_catalog *load_shipped(void)
{
    char path[PATH_BYTES];
    struct cloud_catalog *catalog = NULL;
    struct batch_error error = {.text = ""};
    if (cloud_catalog_load(source_path("data/catalog.csv", path), &catalog, &error) != BATCH_OK) {
        fail_msg("%s", error.text);
    }
    return catalog;
}

/** Parse from a block of exactly @p size bytes, so that a sanitizer sees a read past the end. */
static enum batch_rc parse(const char *bytes, size_t size, struct cloud_catalog **ret, struct batch_error *error)
{
    char *exact = malloc(size == 0 ? 1 : size);
    assert_non_null(exact);
    memcpy(exact, bytes, size);
    enum batch_rc rc = cloud_catalog_parse("t.csv", exact, size, ret, error);
    free(exact);
    return rc;
}

static struct cloud_catalog *parse_good(const char *text)
{
    struct cloud_catalog *catalog = NULL;
    struct batch_error error = {.text = ""};
    if (parse(text, strlen(text), &catalog, &error) != BATCH_OK) {
        fail_msg("%s", error.text);
    }
    return catalog;
}

static void check_refused(const char *bytes, size_t size, const char *place, const char *words)
{
    char untouched = 0;
    struct cloud_catalog *const before = (struct cloud_catalog *)(void *)&untouched;
    struct cloud_catalog *catalog = before;
    struct batch_error error = {.text = ""};
    assert_int_equal(parse(bytes, size, &catalog, &error), BATCH_E_INPUT);
    assert_int_equal(error.rc, BATCH_E_INPUT);
    assert_ptr_equal(catalog, before);
    assert_int_equal(strncmp(error.text, "t.csv", 5), 0);
    t_assert_contains(error.text, place);
    t_assert_contains(error.text, words);
    assert_int_equal(parse(bytes, size, &catalog, NULL), BATCH_E_INPUT);
}

static const struct cloud_type *find(const struct cloud_catalog *catalog, const char *name)
{
    int32_t index = cloud_catalog_find(catalog, name);
    assert_true(index >= 0);
    return cloud_catalog_type(catalog, (uint32_t)index);
}

static void catalog_holds_the_sources_figures_when_shipped(void **state)
{
    (void)state;
    struct cloud_catalog *catalog = load_shipped();
    t_assert_u64(cloud_catalog_count(catalog), 1352);
    assert_string_equal(cloud_catalog_date(catalog), "2026-07-20");
    t_assert_contains(cloud_catalog_source(catalog), "karpenter-provider-aws 1d927085");

    const struct cloud_type *large = find(catalog, "c6i.large");
    assert_string_equal(large->family, "c6i");
    assert_string_equal(large->arch, "x86_64");
    t_assert_u64(large->vcpus, 2);
    t_assert_u64(large->mib, 4096);
    t_assert_u64(large->registered_mib, 3807 - 32);
    t_assert_i64(large->on_demand_usd_nano_per_h, 85000000);
    t_assert_u64(large->spot_savings_percent, 63);
    t_assert_i64(large->spot_band, 1);
    t_assert_u64(large->network_mbps, 781);
    t_assert_u64(large->coremark_per_s, 35321);

    const struct cloud_type *volta = find(catalog, "p3.2xlarge");
    t_assert_u64(volta->gpus, 1);
    t_assert_u64(volta->registered_mib, 62464 * 96 / 100 - 32);
    t_assert_u64(volta->coremark_per_s, 0);
    t_assert_u64(find(catalog, "g5.xlarge")->nvme_gb, 250);
    assert_true(find(catalog, "c7i.metal-24xl")->is_metal);
    t_assert_i64(cloud_catalog_find(catalog, "c6i"), -1);
    t_assert_i64(cloud_catalog_find(catalog, ""), -1);
    cloud_catalog_destroy(catalog);
}

static void catalog_finds_each_type_at_its_own_index_when_shipped(void **state)
{
    (void)state;
    struct cloud_catalog *catalog = load_shipped();
    for (uint32_t i = 0; i < cloud_catalog_count(catalog); i++) {
        const struct cloud_type *type = cloud_catalog_type(catalog, i);
        t_assert_i64(cloud_catalog_find(catalog, type->name), i);
        assert_true(type->registered_mib < type->mib);
        assert_int_equal(type->is_metal, strstr(type->name, ".metal") != NULL);
        uint32_t only = UINT32_MAX;
        t_assert_u64(cloud_catalog_expand(catalog, type->name, &only, 1), 1);
        t_assert_u64(only, i);
    }
    cloud_catalog_destroy(catalog);
}

static void expand_leaves_metal_out_when_given_a_family(void **state)
{
    (void)state;
    struct cloud_catalog *catalog = load_shipped();
    uint32_t types[64];
    uint32_t count = cloud_catalog_expand(catalog, "c7i", types, 64);
    t_assert_u64(count, 9);
    for (uint32_t i = 0; i < count; i++) {
        const struct cloud_type *type = cloud_catalog_type(catalog, types[i]);
        assert_string_equal(type->family, "c7i");
        assert_false(type->is_metal);
        assert_true(i == 0 || types[i - 1] < types[i]);
    }
    t_assert_u64(cloud_catalog_expand(catalog, "c7i.metal-24xl", types, 64), 1);
    t_assert_u64(cloud_catalog_expand(catalog, "c7", types, 64), 0);
    t_assert_u64(cloud_catalog_expand(catalog, "C7I", types, 64), 0);
    t_assert_u64(cloud_catalog_expand(catalog, "", types, 64), 0);
    cloud_catalog_destroy(catalog);
}

static void expand_names_four_families_when_given_a_bundle(void **state)
{
    (void)state;
    struct cloud_catalog *catalog = load_shipped();
    uint32_t optimal[64];
    uint32_t intel[64];
    uint32_t types[64];
    uint32_t count = cloud_catalog_expand(catalog, "optimal", optimal, 64);
    t_assert_u64(count, 36);
    t_assert_u64(cloud_catalog_expand(catalog, "default_x86_64", intel, 64), count);
    assert_memory_equal(optimal, intel, count * sizeof *intel);

    t_assert_u64(cloud_catalog_expand(catalog, "default_arm64", types, 64), 32);
    for (uint32_t i = 0; i < 32; i++) {
        assert_string_equal(cloud_catalog_type(catalog, types[i])->arch, "arm64");
    }

    types[3] = UINT32_MAX;
    t_assert_u64(cloud_catalog_expand(catalog, "optimal", types, 3), count);
    assert_memory_equal(types, optimal, 3 * sizeof *types);
    t_assert_u64(types[3], UINT32_MAX);
    t_assert_u64(cloud_catalog_expand(catalog, "c6i.large", NULL, 0), 1);
    cloud_catalog_destroy(catalog);
}

static void catalog_takes_crlf_and_byte_order_mark_when_a_spreadsheet_wrote_it(void **state)
{
    (void)state;
    struct cloud_catalog *catalog =
        parse_good("\xef\xbb\xbf# source: here\r\n# date: 2026-07-20\r\n"
                   "instance_type,family,arch,vcpus,mib,registered_mib,gpus,is_metal,on_demand_usd_per_h,"
                   "spot_savings_percent,spot_band,network_mbps,nvme_gb,coremark_per_s\r\n"
                   "a.b,a,arm64,1,2,1,0,0,1,,,,0,\r\n");
    assert_string_equal(cloud_catalog_source(catalog), "here");
    assert_string_equal(cloud_catalog_date(catalog), "2026-07-20");
    t_assert_u64(cloud_catalog_type(catalog, 0)->coremark_per_s, 0);
    t_assert_i64(cloud_catalog_type(catalog, 0)->on_demand_usd_nano_per_h, 1000000000);
    cloud_catalog_destroy(catalog);
}

static void catalog_says_unknown_when_optional_columns_are_empty(void **state)
{
    (void)state;
    struct cloud_catalog *catalog = parse_good(HEADER METAL GRAVITON);
    assert_string_equal(cloud_catalog_source(catalog), "");
    assert_string_equal(cloud_catalog_date(catalog), "");
    t_assert_i64(cloud_catalog_type(catalog, 0)->spot_band, CLOUD_SPOT_BAND_UNKNOWN);
    t_assert_u64(cloud_catalog_type(catalog, 0)->spot_savings_percent, 0);
    t_assert_i64(cloud_catalog_type(catalog, 1)->spot_band, 0);
    cloud_catalog_destroy(catalog);
}

static void price_is_exact_when_written_as_decimals(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t usd_nano; /* -1: refused. */
    } cases[] = {
        {"0", 0},
        {"0.085", 85000000},
        {"3.60987", 3609870000},
        {"0.1", 100000000},
        {"7", 7000000000},
        {"0.000000001", 1},
        {"9.999999999", 9999999999},
        {"10.000000000", 10000000000},
        {"10.000000001", -1},
        {"11", -1},
        {"0.0000000001", -1},
        {"", -1},
        {".5", -1},
        {"5.", -1},
        {"-1", -1},
        {"+1", -1},
        {"1e3", -1},
        {"1,5", -1},
        {" 1", -1},
        {"1 ", -1},
        {"1.2.3", -1},
        {"0x1", -1},
        {"nan", -1},
        {"99999999999999999999999", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t got = 77;
        struct batch_text text = {cases[i].text, (uint32_t)strlen(cases[i].text)};
        bool is_price = cloud_field_usd_nano(text, UINT64_C(10000000000), &got);
        t_assert_i64(is_price ? (int64_t)got : -1, cases[i].usd_nano);
        assert_true(is_price || got == 77);
    }
}

static void whole_number_stops_at_its_maximum_when_read(void **state)
{
    (void)state;
    uint64_t got = 0;
    assert_true(cloud_field_whole((struct batch_text){"18446744073709551615", 20}, UINT64_MAX, &got));
    t_assert_u64(got, UINT64_MAX);
    assert_false(cloud_field_whole((struct batch_text){"18446744073709551616", 20}, UINT64_MAX, &got));
    assert_false(cloud_field_whole((struct batch_text){"18446744073709551620", 20}, UINT64_MAX, &got));
    assert_true(cloud_field_whole((struct batch_text){"0012", 4}, 12, &got));
    t_assert_u64(got, 12);
    assert_false(cloud_field_whole((struct batch_text){"13", 2}, 12, &got));
    assert_false(cloud_field_whole((struct batch_text){"3", 1}, 2, &got));
}

struct bad {
    const char *text;
    const char *place;
    const char *words;
};

static void check_all_refused(const struct bad *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check_refused(cases[i].text, strlen(cases[i].text), cases[i].place, cases[i].words);
    }
}

static void catalog_names_line_and_column_when_a_value_is_wrong(void **state)
{
    (void)state;
    static const struct bad cases[] = {
        {HEADER "c6ilarge,c6i,x86_64,2,4096,3775,0,0,0.085,63,1,781,0,35321\n", "t.csv:2: column instance_type",
         "c6i.large"},
        {HEADER "C6i.large,c6i,x86_64,2,4096,3775,0,0,0.085,63,1,781,0,1\n", "t.csv:2: column instance_type",
         "lower case"},
        {HEADER "c6i.,c6i,x86_64,2,4096,3775,0,0,0.085,63,1,781,0,1\n", "t.csv:2: column instance_type", "\"c6i.\""},
        {HEADER "c6i.large2345678901234567890123456,c6i,x86_64,2,4096,3775,0,0,0.085,63,1,781,0,1\n",
         "t.csv:2: column instance_type", "at most 31"},
        {HEADER LARGE "m6i.large,c6i,x86_64,2,4096,3775,0,0,0.085,63,1,781,0,1\n", "t.csv:3: column family",
         "before the dot"},
        {HEADER "c6i.large,c6,x86_64,2,4096,3775,0,0,0.085,63,1,781,0,1\n", "t.csv:2: column family", "\"c6\""},
        {HEADER "c6i.large,,x86_64,2,4096,3775,0,0,0.085,63,1,781,0,1\n", "t.csv:2: column family", "\"\""},
        {HEADER "c6i.large,c6i,i386,2,4096,3775,0,0,0.085,63,1,781,0,1\n", "t.csv:2: column arch", "x86_64 or arm64"},
        {HEADER "c6i.large,c6i,x86_64,0,4096,3775,0,0,0.085,63,1,781,0,1\n", "t.csv:2: column vcpus",
         "from 1 to 65536"},
        {HEADER "c6i.large,c6i,x86_64,-2,4096,3775,0,0,0.085,63,1,781,0,1\n", "t.csv:2: column vcpus", "\"-2\""},
        {HEADER "c6i.large,c6i,x86_64,4294967298,4096,1,0,0,0.085,63,1,781,0,1\n", "t.csv:2: column vcpus",
         "whole number"},
        {HEADER "c6i.large,c6i,x86_64,2,99999999999999999999,1,0,0,1,63,1,781,0,1\n", "t.csv:2: column mib",
         "1073741824"},
        {HEADER "c6i.large,c6i,x86_64,2,4096,,0,0,0.085,63,1,781,0,1\n", "t.csv:2: column registered_mib", "\"\""},
        {HEADER "c6i.large,c6i,x86_64,2,4096,4097,0,0,0.085,63,1,781,0,1\n", "t.csv:2: column registered_mib",
         "(4096)"},
        {HEADER "c6i.large,c6i,x86_64,2,4096,3775,1.5,0,0.085,63,1,781,0,1\n", "t.csv:2: column gpus", "\"1.5\""},
        {HEADER "c6i.large,c6i,x86_64,2,4096,3775,0,yes,0.085,63,1,781,0,1\n", "t.csv:2: column is_metal", "0 or 1"},
        {HEADER "c6i.large,c6i,x86_64,2,4096,3775,0,0,0,63,1,781,0,1\n", "t.csv:2: column on_demand_usd_per_h",
         "above 0"},
        {HEADER "c6i.large,c6i,x86_64,2,4096,3775,0,0,1000000.1,63,1,781,0,1\n", "on_demand_usd_per_h", "1000000,"},
        {HEADER "c6i.large,c6i,x86_64,2,4096,3775,0,0,1,100,1,781,0,1\n", "t.csv:2: column spot_savings_percent", "99"},
        {HEADER "c6i.large,c6i,x86_64,2,4096,3775,0,0,1,63,5,781,0,1\n", "t.csv:2: column spot_band",
         "from 0 to 4, or empty"},
        {HEADER "c6i.large,c6i,x86_64,2,4096,3775,0,0,1,63,-1,781,0,1\n", "t.csv:2: column spot_band", "\"-1\""},
        {HEADER "c6i.large,c6i,x86_64,2,4096,3775,0,0,1,63,1,fast,0,1\n", "t.csv:2: column network_mbps", "\"fast\""},
        {HEADER "c6i.large,c6i,x86_64,2,4096,3775,0,0,1,63,1,781,,1\n", "t.csv:2: column nvme_gb", "\"\""},
        {HEADER "c6i.large,c6i,x86_64,2,4096,3775,0,0,1,63,1,781,0,4294967296\n", "coremark_per_s", "4294967295"},
        {HEADER "c6i.large,c6i,x86_64,2,4096,3775,0,0,1,63,1,781,0\n", "t.csv:2: expected 14 columns", "found 13"},
        {HEADER "c6i.large,c6i,x86_64,2,4096,3775,0,0,1,63,1,781,0,1,\n", "t.csv:2: expected 14 columns", "found 15"},
        {HEADER LARGE "\n", "t.csv:3: expected 14 columns", "found 1"},
        {"# x\n" HEADER LARGE GRAVITON LARGE, "t.csv:5: column instance_type", "\"c6i.large\" is on line 3 already"},
    };
    check_all_refused(cases, sizeof cases / sizeof cases[0]);
}

static void catalog_is_refused_when_the_file_is_not_one(void **state)
{
    (void)state;
    static const struct bad cases[] = {
        {"", "t.csv: ", "empty"},
        {"\xef\xbb\xbf", "t.csv:0: ", "before its header row"},
        {"# only words\n", "t.csv:1: ", "before its header row"},
        {"\n", "t.csv:1: ", "expected the header row"},
        {"instance_type,vcpus\n", "t.csv:1: ", "expected the header row"},
        {LARGE, "t.csv:1: ", "expected the header row"},
        {HEADER, "t.csv:1: ", "no instance type"},
        {HEADER "c6i.large,c6i,x86_64,2,4096,3775,0,0,0.085,63,1,781,0,35321", "t.csv:2: ", "cut short"},
        {"# rows: 2\n" HEADER LARGE, "t.csv:3: ", "promises 2 types, found 1"},
        {"# rows: 1\n" HEADER LARGE METAL, "t.csv:4: ", "promises 1 types, found 2"},
        {"# rows: many\n" HEADER LARGE, "t.csv:1: ", "# rows: N"},
        {"# rows: 1\n# rows: 1\n" HEADER LARGE, "t.csv:2: ", "expected one"},
        {"# source: a\n# source: b\n" HEADER LARGE, "t.csv:2: ", "a second"},
        {"# date: 20 July\n" HEADER LARGE, "t.csv:1: ", "YYYY-MM-DD"},
        {"# date: 2026-07-20\n# date: 2026-07-20\n" HEADER LARGE, "t.csv:2: ", "a second"},
        {HEADER LARGE "# late\n", "t.csv:3: ", "found 1"},
        {HEADER "c6i.large,c6i,x86_64,\t2,4096,3775,0,0,1,63,1,781,0,1\n", "t.csv:2: ", "0x09"},
        {"\x1f\x8b\x08 compressed\n", "t.csv:1: ", "byte 0x1f at column 1"},
        {HEADER "c6i.lar\xc3\xa9\n", "t.csv:2: ", "byte 0xc3 at column 8"},
    };
    check_all_refused(cases, sizeof cases / sizeof cases[0]);
    static const char zeroes[4096];
    check_refused(zeroes, sizeof zeroes, "t.csv:1: ", "byte 0x00");
}

static void catalog_is_refused_when_a_line_or_the_file_is_too_long(void **state)
{
    (void)state;
    char line[CLOUD_CATALOG_LINE_MAX + sizeof HEADER LARGE];
    memset(line, '#', CLOUD_CATALOG_LINE_MAX);
    memcpy(line + CLOUD_CATALOG_LINE_MAX - 1, "\n" HEADER LARGE, sizeof "\n" HEADER LARGE - 1);
    struct cloud_catalog *catalog = NULL;
    size_t size = CLOUD_CATALOG_LINE_MAX - 1 + sizeof "\n" HEADER LARGE - 1;
    assert_int_equal(parse(line, size, &catalog, NULL), BATCH_OK);
    cloud_catalog_destroy(catalog);
    memset(line, '#', CLOUD_CATALOG_LINE_MAX);
    check_refused(line, size, "t.csv:1: ", "longer than 1023 bytes");

    enum { TYPES = 65537 };
    size_t room = sizeof HEADER + (size_t)TYPES * 64;
    char *text = malloc(room);
    assert_non_null(text);
    size_t length = (size_t)snprintf(text, room, "%s", HEADER);
    for (unsigned i = 0; i < TYPES; i++) {
        length += (size_t)snprintf(text + length, room - length, "a.%u,a,arm64,1,2,1,0,0,1,,,,0,\n", i);
    }
    check_refused(text, length, "t.csv:65538: ", "more than 65536 types");
    free(text);
}

/* Every proper prefix lacks something: a value, a column, a line end, or the promised number of rows. */
static void catalog_is_refused_when_cut_anywhere(void **state)
{
    (void)state;
    static const char whole[] = "# source: s\n# date: 2026-07-20\n# rows: 3\n" HEADER LARGE METAL GRAVITON;
    cloud_catalog_destroy(parse_good(whole));
    for (size_t size = 0; size < sizeof whole - 1; size++) {
        check_refused(whole, size, "t.csv", "");
    }
}

static void load_names_the_file_when_it_cannot_be_read(void **state)
{
    (void)state;
    struct cloud_catalog *catalog = NULL;
    struct batch_error error = {.text = ""};
    assert_int_equal(cloud_catalog_load("/nowhere/catalog.csv", &catalog, &error), BATCH_E_INPUT);
    t_assert_contains(error.text, "/nowhere/catalog.csv: cannot be opened");
    assert_int_equal(cloud_catalog_load(".", &catalog, &error), BATCH_E_INPUT);
    t_assert_contains(error.text, ".: cannot be");
    assert_int_equal(cloud_catalog_load("/dev/null", &catalog, &error), BATCH_E_INPUT);
    t_assert_contains(error.text, "/dev/null: the file is empty");
    assert_int_equal(cloud_catalog_load("/dev/zero", &catalog, &error), BATCH_E_INPUT);
    t_assert_contains(error.text, "/dev/zero: larger than 16777216 bytes");
    assert_null(catalog);
    cloud_catalog_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(catalog_holds_the_sources_figures_when_shipped),
        cmocka_unit_test(catalog_finds_each_type_at_its_own_index_when_shipped),
        cmocka_unit_test(expand_leaves_metal_out_when_given_a_family),
        cmocka_unit_test(expand_names_four_families_when_given_a_bundle),
        cmocka_unit_test(catalog_takes_crlf_and_byte_order_mark_when_a_spreadsheet_wrote_it),
        cmocka_unit_test(catalog_says_unknown_when_optional_columns_are_empty),
        cmocka_unit_test(price_is_exact_when_written_as_decimals),
        cmocka_unit_test(whole_number_stops_at_its_maximum_when_read),
        cmocka_unit_test(catalog_names_line_and_column_when_a_value_is_wrong),
        cmocka_unit_test(catalog_is_refused_when_the_file_is_not_one),
        cmocka_unit_test(catalog_is_refused_when_a_line_or_the_file_is_too_long),
        cmocka_unit_test(catalog_is_refused_when_cut_anywhere),
        cmocka_unit_test(load_names_the_file_when_it_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
