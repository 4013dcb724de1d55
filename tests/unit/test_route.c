/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * workload.jobQueue: which queue a queue number leads to, and one clear message for each way to get it wrong.
 */
#include "workloads/route.h"

#include "tests/support/t_assert.h"

#include <stdio.h>
#include <string.h>

enum { DOCUMENT_MAX = 4096 };

/** Queues night (0) and day (1); %s: a member of workload. */
static const char document[] =
    "{\"computeEnvironments\":[{\"computeEnvironmentName\":\"e\",\"computeResources\":"
    "{\"type\":\"EC2\",\"maxvCpus\":1,\"instanceTypes\":[\"m5\"]}}],\"jobQueues\":[\n"
    "{\"jobQueueName\":\"night\",\"priority\":0,\"computeEnvironmentOrder\":[{\"order\":1,\"computeEnvironment\":\"e\"}"
    "]},\n"
    "{\"jobQueueName\":\"day\",\"priority\":1,\"computeEnvironmentOrder\":[{\"order\":1,\"computeEnvironment\":\"e\"}]}"
    "],\n"
    "\"jobDefinitions\":[{\"jobDefinitionName\":\"d\",\"containerProperties\":{\"vcpus\":1,\"memory\":4}}],"
    "\"workload\":{%s\"trace\":\"a.swf\"}}\n";

static void compose(char *text, const char *member)
{
    int length = snprintf(text, DOCUMENT_MAX, document, member);
    assert_in_range(length, 1, DOCUMENT_MAX - 1);
}

static void route_jobs(char *text, const char *queues)
{
    char member[DOCUMENT_MAX];
    (void)snprintf(member, sizeof member, "\"jobQueue\": %s, ", queues);
    compose(text, member);
}

static struct workload_scenario *parse_good(const char *text)
{
    struct workload_scenario *scenario = NULL;
    struct batch_error error = {BATCH_OK, ""};
    if (workload_scenario_parse("doc.json", "", text, strlen(text), NULL, 0, &scenario, &error) != BATCH_OK) {
        fail_msg("%s", error.text);
    }
    return scenario;
}

static void check_refused(const char *text, const char *expected)
{
    struct workload_scenario *scenario = NULL;
    struct batch_error error = {BATCH_OK, ""};
    assert_int_equal(workload_scenario_parse("doc.json", "", text, strlen(text), NULL, 0, &scenario, &error),
                     BATCH_E_INPUT);
    assert_null(scenario);
    t_assert_contains(error.text, expected);
}

static void all_jobs_go_to_one_queue_when_it_is_named(void **state)
{
    (void)state;
    static const char *const queues[] = {"\"day\"", "\"arn:aws:batch:us-east-1:1:job-queue/day\"",
                                         "{\"byQueueNumber\": {\"*\": \"day\"}}"};
    char text[DOCUMENT_MAX];
    for (size_t i = 0; i < sizeof queues / sizeof queues[0]; i++) {
        route_jobs(text, queues[i]);
        struct workload_scenario *scenario = parse_good(text);
        assert_int_equal(scenario->workload.queue, 1);
        assert_false(scenario->workload.refuses_unrouted);
        assert_int_equal(scenario->workload.route_count, 0);
        assert_true(workload_route_feeds(&scenario->workload, 1));
        assert_false(workload_route_feeds(&scenario->workload, 0));
        workload_scenario_destroy(scenario);
    }
}

static void number_leads_to_its_queue_when_numbers_are_mapped(void **state)
{
    (void)state;
    static const struct {
        const char *queues;
        int64_t number;
        int queue; /**< -1: refused. */
    } rows[] = {
        {"{\"byQueueNumber\": {\"12\": \"day\", \"0\": \"night\"}}", 0, 0},
        {"{\"byQueueNumber\": {\"12\": \"day\", \"0\": \"night\"}}", 12, 1},
        {"{\"byQueueNumber\": {\"12\": \"day\", \"0\": \"night\"}}", 1, -1},
        {"{\"byQueueNumber\": {\"12\": \"day\", \"0\": \"night\"}}", -1, -1},
        {"{\"byQueueNumber\": {\"12\": \"day\", \"0\": \"night\"}}", 13, -1},
        {"{\"byQueueNumber\": {\"-1\": \"arn:x/day\", \"9223372036854775807\": \"night\"}}", -1, 1},
        {"{\"byQueueNumber\": {\"-1\": \"day\", \"9223372036854775807\": \"night\"}}", INT64_MAX, 0},
        {"{\"byQueueNumber\": {\"*\": \"day\", \"3\": \"night\"}}", 3, 0},
        {"{\"byQueueNumber\": {\"3\": \"night\", \"*\": \"day\"}}", -1, 1},
        {"{\"byQueueNumber\": {\"3\": \"night\", \"*\": \"day\"}}", INT64_MIN, 1},
    };
    char text[DOCUMENT_MAX];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        route_jobs(text, rows[i].queues);
        struct workload_scenario *scenario = parse_good(text);
        uint32_t queue = 99;
        assert_int_equal(workload_route_find(&scenario->workload, rows[i].number, &queue), rows[i].queue >= 0);
        if (rows[i].queue >= 0) {
            assert_int_equal(queue, rows[i].queue);
        }
        assert_true(workload_route_feeds(&scenario->workload, 0) && workload_route_feeds(&scenario->workload, 1));
        workload_scenario_destroy(scenario);
    }
}

static void fault_is_placed_when_a_route_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *queues, *expected;
    } rows[] = {
        {"\"dayy\"", "workload.jobQueue: no job queue is called \"dayy\"; there are night, day; did you mean \"day\"?"},
        {"3", "workload.jobQueue: expected the name of a job queue, or an object with byQueueNumber; got 3"},
        {"{\"byQueueNumbers\": {}}", "workload.jobQueue.byQueueNumbers: unknown key; did you mean \"byQueueNumber\"?"},
        {"{}", "workload.jobQueue.byQueueNumber: expected an object of 1 to 1024 queue numbers"},
        {"{\"byQueueNumber\": {}}", "such as {\"0\": \"NAME\", \"*\": \"NAME\"}; got an object"},
        {"{\"byQueueNumber\": \"day\"}", "workload.jobQueue.byQueueNumber: expected an object of 1"},
        {"{\"byQueueNumber\":\n{\"1\": \"nihgt\"}}", "doc.json:5: workload.jobQueue.byQueueNumber.1: no job queue is "
                                                     "called \"nihgt\"; there are night, day; did you"},
        {"{\"byQueueNumber\": {\"*\": 1}}", "workload.jobQueue.byQueueNumber.*: expected a string"},
        {"{\"byQueueNumber\": {\"1\": null}}", "workload.jobQueue.byQueueNumber.1: expected a string"},
        {"{\"byQueueNumber\": {\"01\": \"day\"}}", "byQueueNumber.01: expected a queue number (SWF field 15) such as"},
        {"{\"byQueueNumber\": {\"-2\": \"day\"}}", "byQueueNumber.-2: expected a queue number"},
        {"{\"byQueueNumber\": {\"+1\": \"day\"}}", "expected a queue number"},
        {"{\"byQueueNumber\": {\"\": \"day\"}}", "expected a queue number"},
        {"{\"byQueueNumber\": {\"batch\": \"day\"}}", "expected a queue number"},
        {"{\"byQueueNumber\": {\"9223372036854775808\": \"day\"}}", "expected a queue number"},
        {"{\"byQueueNumber\": {\"1\": \"day\", \"1\": \"day\"}}", "duplicate object key"},
    };
    char text[DOCUMENT_MAX];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        route_jobs(text, rows[i].queues);
        check_refused(text, rows[i].expected);
    }
    compose(text, "");
    check_refused(text, "workload.jobQueue: expected the name of a job queue, as there are several: night, day");
}

static void as_many_routes_are_read_as_the_limit_says(void **state)
{
    (void)state;
    static char text[64 * WORKLOAD_ROUTES_MAX];
    for (int extra = 0; extra < 2; extra++) {
        static char queues[32 * WORKLOAD_ROUTES_MAX];
        size_t used = (size_t)snprintf(queues, sizeof queues, "\"jobQueue\":{\"byQueueNumber\":{\"*\":\"day\"");
        for (int number = WORKLOAD_ROUTES_MAX - 1 + extra; number > 0; number--) {
            used += (size_t)snprintf(queues + used, sizeof queues - used, ",\"%d\":\"night\"", number);
        }
        (void)snprintf(queues + used, sizeof queues - used, "}},");
        (void)snprintf(text, sizeof text, document, queues);
        if (extra == 1) {
            check_refused(text, "an object of 1 to 1024 queue numbers");
            continue;
        }
        struct workload_scenario *scenario = parse_good(text);
        assert_int_equal(scenario->workload.route_count, WORKLOAD_ROUTES_MAX - 1);
        for (int number = 0; number <= WORKLOAD_ROUTES_MAX; number++) {
            uint32_t queue = 99;
            assert_true(workload_route_find(&scenario->workload, number, &queue));
            assert_int_equal(queue, number == 0 || number == WORKLOAD_ROUTES_MAX ? 1 : 0);
        }
        workload_scenario_destroy(scenario);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_jobs_go_to_one_queue_when_it_is_named),
        cmocka_unit_test(number_leads_to_its_queue_when_numbers_are_mapped),
        cmocka_unit_test(fault_is_placed_when_a_route_is_wrong),
        cmocka_unit_test(as_many_routes_are_read_as_the_limit_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
