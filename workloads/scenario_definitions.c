/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * jobDefinitions[] of type container: resources, retry strategy, timeout (reference 2.2, 2.4, 2.6, 2.7).
 */
#include "workloads/scenario_sections.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REQUIREMENTS_MAX = 3, DIGITS_MAX = 10, TIMEOUT_MIN_S = 60 };

static const char *const requirement_words[] = {"VCPU", "MEMORY", "GPU", NULL};
static const int64_t requirement_min[REQUIREMENTS_MAX] = {1, 4, 1};
static const int64_t requirement_max[REQUIREMENTS_MAX] = {WORKLOAD_VCPUS_MAX, WORKLOAD_MIB_MAX, WORKLOAD_GPUS_MAX};

/** A digit string, as AWS has it, or a number, as people write it. */
static int64_t read_quantity(const struct workload_node *node, int64_t min, int64_t max)
{
    const char *text = json_string_value(node->value);
    if (text == NULL) {
        return workload_node_integer(node, min, max);
    }
    size_t length = strlen(text);
    bool is_digits = length > 0 && length <= DIGITS_MAX && strspn(text, "0123456789") == length;
    int64_t value = is_digits ? strtoll(text, NULL, 10) : -1;
    if (value >= min && value <= max) {
        return value;
    }
    char expected[128];
    (void)snprintf(expected, sizeof(expected), "a whole number from %lld to %lld, as a number or a string",
                   (long long)min, (long long)max);
    workload_node_expect(node, expected);
    return min;
}

static void read_requirement(const struct workload_node *node, int64_t *quantities)
{
    static const struct workload_key keys[] = {{"type", WORKLOAD_KEY_READ}, {"value", WORKLOAD_KEY_READ}, {NULL, 0}};
    workload_node_check_keys(node, keys);
    struct workload_node type = workload_node_member(node, "type");
    struct workload_node value = workload_node_member(node, "value");
    int which = workload_node_word(&type, requirement_words, NULL, -1);
    if (quantities[which] != 0) {
        workload_node_fail(&type, "%s is given twice; give it once", requirement_words[which]);
    }
    quantities[which] = read_quantity(&value, requirement_min[which], requirement_max[which]);
}

/** `vcpus` and `memory`: the members that resourceRequirements replaced. */
static void read_legacy(const struct workload_node *container, const char *key, int which, int64_t *quantities)
{
    struct workload_node node = workload_node_member(container, key);
    if (!workload_node_given(&node)) {
        return;
    }
    if (quantities[which] != 0) {
        workload_node_fail(&node, "is given in resourceRequirements as %s too; remove this one",
                           requirement_words[which]);
    }
    quantities[which] = workload_node_integer(&node, requirement_min[which], requirement_max[which]);
}

static void read_container(const struct workload_node *node, struct workload_definition *definition)
{
    static const struct workload_key keys[] = {
        {"resourceRequirements", WORKLOAD_KEY_READ},
        {"vcpus", WORKLOAD_KEY_READ},
        {"memory", WORKLOAD_KEY_READ},
        {"image", WORKLOAD_KEY_IGNORED},
        {"command", WORKLOAD_KEY_IGNORED},
        {"jobRoleArn", WORKLOAD_KEY_IGNORED},
        {"executionRoleArn", WORKLOAD_KEY_IGNORED},
        {"environment", WORKLOAD_KEY_IGNORED},
        {"secrets", WORKLOAD_KEY_IGNORED},
        {"volumes", WORKLOAD_KEY_IGNORED},
        {"mountPoints", WORKLOAD_KEY_IGNORED},
        {"ulimits", WORKLOAD_KEY_IGNORED},
        {"user", WORKLOAD_KEY_IGNORED},
        {"privileged", WORKLOAD_KEY_IGNORED},
        {"readonlyRootFilesystem", WORKLOAD_KEY_IGNORED},
        {"linuxParameters", WORKLOAD_KEY_IGNORED},
        {"logConfiguration", WORKLOAD_KEY_IGNORED},
        {"instanceType", WORKLOAD_KEY_IGNORED},
        {"networkConfiguration", WORKLOAD_KEY_IGNORED},
        {"ephemeralStorage", WORKLOAD_KEY_IGNORED},
        {"runtimePlatform", WORKLOAD_KEY_IGNORED},
        {"repositoryCredentials", WORKLOAD_KEY_IGNORED},
        {"enableExecuteCommand", WORKLOAD_KEY_IGNORED},
        {"fargatePlatformConfiguration", WORKLOAD_KEY_UNMODELLED},
        {NULL, 0},
    };
    if (!workload_node_require(node, "an object with resourceRequirements")) {
        return;
    }
    workload_node_check_keys(node, keys);
    struct workload_node requirements = workload_node_member(node, "resourceRequirements");
    int64_t quantities[REQUIREMENTS_MAX] = {0, 0, 0};
    size_t count = 0;
    if (workload_node_given(&requirements)) {
        count = workload_node_count(&requirements, 0, REQUIREMENTS_MAX, "resource requirements");
    }
    for (size_t i = 0; i < count; i++) {
        struct workload_node element = workload_node_element(&requirements, i);
        read_requirement(&element, quantities);
    }
    read_legacy(node, "vcpus", 0, quantities);
    read_legacy(node, "memory", 1, quantities);
    for (int i = 0; i < 2; i++) {
        if (quantities[i] == 0) {
            workload_node_fail(&requirements, "expected an element of type %s; there is none", requirement_words[i]);
        }
    }
    definition->resources = (struct batch_resources){(uint32_t)quantities[0] * BATCH_VCPU_MILLI,
                                                     (uint32_t)quantities[1], (uint32_t)quantities[2]};
}

/** Reference 2.4: an alphabet, and one '*' at the end for a prefix. True when the pattern is given. */
static bool read_pattern(const struct workload_node *rule, const char *key, bool is_digits, char *buffer)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.: \t\r\n";
    struct workload_node node = workload_node_member(rule, key);
    if (!workload_node_given(&node)) {
        return false;
    }
    const char *text = workload_node_text(&node, WORKLOAD_PATTERN_MAX - 1);
    size_t length = strlen(text);
    size_t body = strspn(text, is_digits ? "0123456789" : letters);
    bool is_whole = body == length || (body + 1 == length && text[body] == '*');
    if (length == 0 || !is_whole) {
        workload_node_expect(&node, is_digits
                                        ? "digits, with one '*' at the end at most"
                                        : "letters, digits, '.', ':' and spaces, with one '*' at the end at most");
    }
    memcpy(buffer, text, length + 1);
    return true;
}

static bool read_action(const struct workload_node *rule)
{
    struct workload_node node = workload_node_member(rule, "action");
    const char *text = json_string_value(node.value);
    char upper[8] = "";
    for (size_t i = 0; text != NULL && text[i] != '\0' && i + 1 < sizeof(upper); i++) {
        upper[i] = text[i] >= 'a' && text[i] <= 'z' ? (char)(text[i] - 'a' + 'A') : text[i];
        upper[i + 1] = '\0';
    }
    bool is_exit = strcmp(upper, "EXIT") == 0;
    if (!is_exit && strcmp(upper, "RETRY") != 0) {
        workload_node_expect(&node, "RETRY or EXIT");
    }
    return is_exit;
}

static void read_rule(const struct workload_node *node, struct workload_retry_rule *rule)
{
    static const struct workload_key keys[] = {
        {"onStatusReason", WORKLOAD_KEY_READ},
        {"onReason", WORKLOAD_KEY_READ},
        {"onExitCode", WORKLOAD_KEY_READ},
        {"action", WORKLOAD_KEY_READ},
        {NULL, 0},
    };
    workload_node_check_keys(node, keys);
    rule->has_on_status_reason = read_pattern(node, "onStatusReason", false, rule->on_status_reason);
    rule->has_on_reason = read_pattern(node, "onReason", false, rule->on_reason);
    rule->has_on_exit_code = read_pattern(node, "onExitCode", true, rule->on_exit_code);
    rule->is_exit = read_action(node);
}

static void read_retry(const struct workload_node *node, struct workload_definition *definition)
{
    static const struct workload_key keys[] = {
        {"attempts", WORKLOAD_KEY_READ}, {"evaluateOnExit", WORKLOAD_KEY_READ}, {NULL, 0}};
    workload_node_check_keys(node, keys);
    struct workload_node attempts = workload_node_member(node, "attempts");
    struct workload_node rules = workload_node_member(node, "evaluateOnExit");
    definition->attempts = (uint32_t)workload_node_integer_or(&attempts, 1, BATCH_RETRY_ATTEMPTS_MAX, 1);
    size_t count = 0;
    if (workload_node_given(&rules)) {
        count = workload_node_count(&rules, 0, BATCH_RETRY_RULES_MAX, "rules");
    }
    if (count > 0 && !workload_node_given(&attempts)) {
        workload_node_fail(&attempts, "expected 1 to 10 attempts, as evaluateOnExit needs them; got nothing");
    }
    for (size_t i = 0; i < count; i++) {
        struct workload_node element = workload_node_element(&rules, i);
        read_rule(&element, &definition->rules[i]);
    }
    definition->rule_count = (uint32_t)count;
}

static void read_timeout(const struct workload_node *node, struct workload_definition *definition)
{
    static const struct workload_key keys[] = {{"attemptDurationSeconds", WORKLOAD_KEY_READ}, {NULL, 0}};
    workload_node_check_keys(node, keys);
    struct workload_node duration = workload_node_member(node, "attemptDurationSeconds");
    definition->timeout_us = workload_node_integer_or(&duration, TIMEOUT_MIN_S, INT32_MAX, 0) * BATCH_US_PER_S;
}

static void read_platforms(const struct workload_node *node)
{
    static const char *const ec2[] = {"EC2", NULL};
    static const char *const fargate[] = {"FARGATE", NULL};
    if (!workload_node_given(node)) {
        return;
    }
    size_t count = workload_node_count(node, 0, 1, "platforms");
    for (size_t i = 0; i < count; i++) {
        struct workload_node element = workload_node_element(node, i);
        (void)workload_node_word(&element, ec2, fargate, -1);
    }
}

static void read_definition(const struct workload_node *node, struct workload_definition *definition)
{
    static const struct workload_key keys[] = {
        {"jobDefinitionName", WORKLOAD_KEY_READ},
        {"type", WORKLOAD_KEY_READ},
        {"containerProperties", WORKLOAD_KEY_READ},
        {"retryStrategy", WORKLOAD_KEY_READ},
        {"timeout", WORKLOAD_KEY_READ},
        {"platformCapabilities", WORKLOAD_KEY_READ},
        {"containerOrchestrationType", WORKLOAD_KEY_READ},
        {"jobDefinitionArn", WORKLOAD_KEY_IGNORED},
        {"revision", WORKLOAD_KEY_IGNORED},
        {"status", WORKLOAD_KEY_IGNORED},
        {"schedulingPriority", WORKLOAD_KEY_IGNORED},
        {"parameters", WORKLOAD_KEY_IGNORED},
        {"tags", WORKLOAD_KEY_IGNORED},
        {"propagateTags", WORKLOAD_KEY_IGNORED},
        {"nodeProperties", WORKLOAD_KEY_UNMODELLED},
        {"ecsProperties", WORKLOAD_KEY_UNMODELLED},
        {"eksProperties", WORKLOAD_KEY_UNMODELLED},
        {"consumableResourceProperties", WORKLOAD_KEY_UNMODELLED},
        {NULL, 0},
    };
    static const char *const container[] = {"container", NULL};
    static const char *const multinode[] = {"multinode", NULL};
    static const char *const ecs[] = {"ECS", NULL};
    static const char *const eks[] = {"EKS", NULL};
    workload_node_check_keys(node, keys);
    struct workload_node name = workload_node_member(node, "jobDefinitionName");
    struct workload_node type = workload_node_member(node, "type");
    struct workload_node orchestration = workload_node_member(node, "containerOrchestrationType");
    struct workload_node properties = workload_node_member(node, "containerProperties");
    struct workload_node retry = workload_node_member(node, "retryStrategy");
    struct workload_node timeout = workload_node_member(node, "timeout");
    struct workload_node platforms = workload_node_member(node, "platformCapabilities");
    workload_node_name(&name, definition->name);
    (void)workload_node_word(&type, container, multinode, 0);
    (void)workload_node_word(&orchestration, ecs, eks, 0);
    read_platforms(&platforms);
    read_container(&properties, definition);
    read_retry(&retry, definition);
    read_timeout(&timeout, definition);
}

void workload_definitions_read(const struct workload_node *node, struct workload_scenario *scenario)
{
    size_t count = workload_node_count(node, 1, WORKLOAD_DEFINITIONS_MAX, "job definitions");
    scenario->definitions = workload_reader_allocate(node->reader, count, sizeof(*scenario->definitions));
    for (size_t i = 0; i < count && node->reader->rc == BATCH_OK; i++) {
        struct workload_node element = workload_node_element(node, i);
        scenario->definition_count++;
        read_definition(&element, &scenario->definitions[i]);
        for (size_t j = 0; j < i; j++) {
            struct workload_node name = workload_node_member(&element, "jobDefinitionName");
            if (strcmp(scenario->definitions[j].name, scenario->definitions[i].name) == 0) {
                workload_node_fail(&name, "\"%s\" is the name of jobDefinitions[%zu] already; keep one revision",
                                   scenario->definitions[i].name, j);
            }
        }
    }
}
