/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The canonical encoding of events.
 */
#include "scheduler/codec.h"
#include "scheduler/words.h"

static void put_resources(struct batch_words_out *out, const struct batch_resources *resources)
{
    batch_words_put_pair(out, resources->vcpu_milli, resources->mib);
    batch_words_put(out, resources->gpu);
}

static struct batch_resources get_resources(struct batch_words_in *in)
{
    uint64_t word = batch_words_get(in);
    struct batch_resources resources = {.vcpu_milli = (uint32_t)word, .mib = (uint32_t)(word >> 32)};
    resources.gpu = (uint32_t)batch_words_get(in);
    return resources;
}

static void put_pool(struct batch_words_out *out, const struct batch_pool_changed *pool)
{
    batch_words_put_pair(out, pool->type, pool->zone);
    put_resources(out, &pool->capacity);
    batch_words_put(out, (uint64_t)pool->price_usd_nano_per_h);
    batch_words_put(out, (uint64_t)pool->on_demand_usd_nano_per_h);
    batch_words_put_pair(out, pool->capacity_score, (uint32_t)pool->market << 1 | (uint32_t)pool->is_refusing);
}

static void get_pool(struct batch_words_in *in, uint32_t field, struct batch_pool_changed *pool)
{
    uint64_t word = batch_words_get(in);
    *pool = (struct batch_pool_changed){.pool = field, .type = (uint32_t)word, .zone = (uint32_t)(word >> 32)};
    pool->capacity = get_resources(in);
    pool->price_usd_nano_per_h = (int64_t)batch_words_get(in);
    pool->on_demand_usd_nano_per_h = (int64_t)batch_words_get(in);
    word = batch_words_get(in);
    pool->capacity_score = (uint32_t)word;
    pool->market = (enum batch_market)((uint32_t)(word >> 32) >> 1);
    pool->is_refusing = (word >> 32 & 1) != 0;
}

static void put_environment(struct batch_words_out *out, const struct batch_environment_created *environment)
{
    batch_words_put_pair(out, (uint32_t)environment->market, environment->vcpu_min);
    batch_words_put_pair(out, environment->vcpu_desired, environment->vcpu_max);
    batch_words_put_pair(out, environment->bid_percentage, environment->allocation_strategy);
    batch_words_put_pair(out, environment->placement_policy, environment->pool_count);
    batch_words_put(out, (uint64_t)environment->scale_in_delay_us);
    for (uint32_t i = 0; i < environment->pool_count; i += 2) {
        batch_words_put_pair(out, environment->pools[i],
                             i + 1 < environment->pool_count ? environment->pools[i + 1] : 0);
    }
}

static void get_environment(struct batch_words_in *in, uint32_t field, struct batch_environment_created *environment)
{
    uint64_t words[4];
    for (int i = 0; i < 4; i++) {
        words[i] = batch_words_get(in);
    }
    *environment = (struct batch_environment_created){
        .environment = field,
        .market = (enum batch_market)(uint32_t)words[0],
        .vcpu_min = (uint32_t)(words[0] >> 32),
        .vcpu_desired = (uint32_t)words[1],
        .vcpu_max = (uint32_t)(words[1] >> 32),
        .bid_percentage = (uint32_t)words[2],
        .allocation_strategy = (uint32_t)(words[2] >> 32),
        .placement_policy = (uint32_t)words[3],
        .pool_count = (uint32_t)(words[3] >> 32),
        .scale_in_delay_us = (int64_t)batch_words_get(in),
    };
    size_t pairs = ((size_t)environment->pool_count + 1) / 2;
    if (pairs > in->count - in->used) {
        in->is_short = true;
        return;
    }
    environment->pools = (const uint32_t *)(const void *)(in->words + in->used);
    in->used += pairs;
}

static void put_queue(struct batch_words_out *out, const struct batch_queue_created *queue)
{
    batch_words_put_pair(out, queue->priority, queue->dispatch_policy);
    batch_words_put_pair(out, queue->environment_count, queue->environments[0]);
    batch_words_put_pair(out, queue->environments[1], queue->environments[2]);
}

static void get_queue(struct batch_words_in *in, uint32_t field, struct batch_queue_created *queue)
{
    uint64_t words[3];
    for (int i = 0; i < 3; i++) {
        words[i] = batch_words_get(in);
    }
    *queue = (struct batch_queue_created){
        .queue = field,
        .priority = (uint32_t)words[0],
        .dispatch_policy = (uint32_t)(words[0] >> 32),
        .environment_count = (uint32_t)words[1],
        .environments = {(uint32_t)(words[1] >> 32), (uint32_t)words[2], (uint32_t)(words[2] >> 32)},
    };
}

static void put_definition(struct batch_words_out *out, const struct batch_definition_registered *definition)
{
    put_resources(out, &definition->resources);
    batch_words_put_pair(out, definition->attempts, definition->rule_count);
    batch_words_put(out, (uint64_t)definition->timeout_us);
    for (uint32_t i = 0; i < definition->rule_count && i < BATCH_RETRY_RULES_MAX; i++) {
        const struct batch_retry_rule *rule = &definition->rules[i];
        uint32_t present = (rule->on_status_reason.bytes != NULL ? 1U : 0U) |
                           (rule->on_reason.bytes != NULL ? 2U : 0U) | (rule->on_exit_code.bytes != NULL ? 4U : 0U);
        batch_words_put_pair(out, (uint32_t)rule->action, present);
        batch_words_put_text(out, rule->on_status_reason);
        batch_words_put_text(out, rule->on_reason);
        batch_words_put_text(out, rule->on_exit_code);
    }
}

static void get_definition(struct batch_words_in *in, uint32_t field, struct batch_definition_registered *definition)
{
    *definition = (struct batch_definition_registered){.definition = field, .resources = get_resources(in)};
    uint64_t word = batch_words_get(in);
    definition->attempts = (uint32_t)word;
    definition->rule_count = (uint32_t)(word >> 32);
    definition->timeout_us = (int64_t)batch_words_get(in);
    for (uint32_t i = 0; i < definition->rule_count && i < BATCH_RETRY_RULES_MAX; i++) {
        struct batch_retry_rule *rule = &definition->rules[i];
        word = batch_words_get(in);
        rule->action = (enum batch_retry_action)(uint32_t)word;
        struct batch_text *texts[3] = {&rule->on_status_reason, &rule->on_reason, &rule->on_exit_code};
        for (int k = 0; k < 3; k++) {
            *texts[k] = batch_words_get_text(in);
            if ((word >> 32 >> k & 1) != 0 && texts[k]->bytes == NULL) {
                texts[k]->bytes = ""; /* present but empty matches only empty text */
            }
        }
    }
}

static void put_submission(struct batch_words_out *out, const struct batch_job_submitted *job)
{
    batch_words_put(out, job->tag);
    batch_words_put_pair(out, job->definition, job->resources.gpu);
    batch_words_put_pair(out, job->resources.vcpu_milli, job->resources.mib);
    batch_words_put(out, (uint64_t)job->estimate_us);
}

static void get_submission(struct batch_words_in *in, uint32_t field, struct batch_job_submitted *job)
{
    *job = (struct batch_job_submitted){.queue = field, .tag = batch_words_get(in)};
    uint64_t word = batch_words_get(in);
    job->definition = (uint32_t)word;
    job->resources.gpu = (uint32_t)(word >> 32);
    word = batch_words_get(in);
    job->resources.vcpu_milli = (uint32_t)word;
    job->resources.mib = (uint32_t)(word >> 32);
    job->estimate_us = (int64_t)batch_words_get(in);
}

/** The 32-bit field that rides in the header. */
static uint32_t event_field(const struct batch_event *event)
{
    switch (event->kind) {
    case BATCH_EVENT_POOL_CHANGED:
        return event->as.pool.pool;
    case BATCH_EVENT_ENVIRONMENT_CREATED:
        return event->as.environment.environment;
    case BATCH_EVENT_QUEUE_CREATED:
        return event->as.queue.queue;
    case BATCH_EVENT_DEFINITION_REGISTERED:
        return event->as.definition.definition;
    case BATCH_EVENT_JOB_SUBMITTED:
        return event->as.submission.queue;
    case BATCH_EVENT_INSTANCE_GONE:
        return (uint32_t)event->as.instance.gone;
    case BATCH_EVENT_ATTEMPT_ENDED:
        return (uint32_t)event->as.attempt.exit_code;
    case BATCH_EVENT_NONE:
    case BATCH_EVENT_TIME:
    case BATCH_EVENT_DECIDE:
    case BATCH_EVENT_JOB_CANCELLED:
    case BATCH_EVENT_JOB_TERMINATED:
    case BATCH_EVENT_INSTANCE_RUNNING:
    case BATCH_EVENT_INSTANCE_REGISTERED:
    case BATCH_EVENT_INSTANCE_LAUNCH_FAILED:
    case BATCH_EVENT_INSTANCE_NOTICE:
    case BATCH_EVENT_ATTEMPT_STARTED:
    case BATCH_EVENT_ATTEMPT_START_FAILED:
        return 0;
    }
    return 0;
}

static void put_body(struct batch_words_out *out, const struct batch_event *event)
{
    switch (event->kind) {
    case BATCH_EVENT_NONE:
    case BATCH_EVENT_TIME:
    case BATCH_EVENT_DECIDE:
        break;
    case BATCH_EVENT_POOL_CHANGED:
        put_pool(out, &event->as.pool);
        break;
    case BATCH_EVENT_ENVIRONMENT_CREATED:
        put_environment(out, &event->as.environment);
        break;
    case BATCH_EVENT_QUEUE_CREATED:
        put_queue(out, &event->as.queue);
        break;
    case BATCH_EVENT_DEFINITION_REGISTERED:
        put_definition(out, &event->as.definition);
        break;
    case BATCH_EVENT_JOB_SUBMITTED:
        put_submission(out, &event->as.submission);
        break;
    case BATCH_EVENT_JOB_CANCELLED:
    case BATCH_EVENT_JOB_TERMINATED:
        batch_words_put(out, event->as.stop.job);
        batch_words_put_text(out, event->as.stop.reason);
        break;
    case BATCH_EVENT_INSTANCE_REGISTERED:
        batch_words_put(out, event->as.instance.instance);
        put_resources(out, &event->as.instance.registered);
        break;
    case BATCH_EVENT_INSTANCE_NOTICE:
        batch_words_put(out, event->as.instance.instance);
        batch_words_put(out, (uint64_t)event->as.instance.deadline_us);
        break;
    case BATCH_EVENT_INSTANCE_RUNNING:
    case BATCH_EVENT_INSTANCE_LAUNCH_FAILED:
    case BATCH_EVENT_INSTANCE_GONE:
        batch_words_put(out, event->as.instance.instance);
        break;
    case BATCH_EVENT_ATTEMPT_STARTED:
        batch_words_put(out, event->as.attempt.attempt);
        break;
    case BATCH_EVENT_ATTEMPT_ENDED:
        batch_words_put(out, event->as.attempt.attempt);
        batch_words_put(out, (uint64_t)event->as.attempt.occurred_us);
        batch_words_put_text(out, event->as.attempt.reason);
        break;
    case BATCH_EVENT_ATTEMPT_START_FAILED:
        batch_words_put(out, event->as.attempt.attempt);
        batch_words_put_text(out, event->as.attempt.reason);
        break;
    }
}

size_t batch_event_encode(const struct batch_event *event, uint64_t *words, size_t capacity)
{
    struct batch_words_out out = {.words = words, .capacity = words != NULL ? capacity : 0};
    batch_words_put(&out, 0);
    batch_words_put(&out, (uint64_t)event->time_us);
    put_body(&out, event);
    if (words != NULL && capacity > 0) {
        words[0] = batch_words_header((uint32_t)event->kind, out.used, event_field(event));
    }
    return out.used;
}

/** Whether @p event would encode to exactly these words: padding and unused fields included. */
static bool event_encodes_to(const struct batch_event *event, const uint64_t *words, size_t count)
{
    struct batch_words_out out = {.capacity = count, .expected = words};
    batch_words_put(&out, batch_words_header((uint32_t)event->kind, count, event_field(event)));
    batch_words_put(&out, (uint64_t)event->time_us);
    put_body(&out, event);
    return !out.differs && out.used == count;
}

static void get_body(struct batch_words_in *in, uint32_t field, struct batch_event *event)
{
    switch (event->kind) {
    case BATCH_EVENT_NONE:
    case BATCH_EVENT_TIME:
    case BATCH_EVENT_DECIDE:
        break;
    case BATCH_EVENT_POOL_CHANGED:
        get_pool(in, field, &event->as.pool);
        break;
    case BATCH_EVENT_ENVIRONMENT_CREATED:
        get_environment(in, field, &event->as.environment);
        break;
    case BATCH_EVENT_QUEUE_CREATED:
        get_queue(in, field, &event->as.queue);
        break;
    case BATCH_EVENT_DEFINITION_REGISTERED:
        get_definition(in, field, &event->as.definition);
        break;
    case BATCH_EVENT_JOB_SUBMITTED:
        get_submission(in, field, &event->as.submission);
        break;
    case BATCH_EVENT_JOB_CANCELLED:
    case BATCH_EVENT_JOB_TERMINATED:
        event->as.stop.job = batch_words_get(in);
        event->as.stop.reason = batch_words_get_text(in);
        break;
    case BATCH_EVENT_INSTANCE_REGISTERED:
        event->as.instance.instance = batch_words_get(in);
        event->as.instance.registered = get_resources(in);
        break;
    case BATCH_EVENT_INSTANCE_NOTICE:
        event->as.instance.instance = batch_words_get(in);
        event->as.instance.deadline_us = (int64_t)batch_words_get(in);
        break;
    case BATCH_EVENT_INSTANCE_RUNNING:
    case BATCH_EVENT_INSTANCE_LAUNCH_FAILED:
    case BATCH_EVENT_INSTANCE_GONE:
        event->as.instance.instance = batch_words_get(in);
        event->as.instance.gone = (enum batch_gone)field;
        break;
    case BATCH_EVENT_ATTEMPT_STARTED:
        event->as.attempt.attempt = batch_words_get(in);
        break;
    case BATCH_EVENT_ATTEMPT_ENDED:
        event->as.attempt.attempt = batch_words_get(in);
        event->as.attempt.occurred_us = (int64_t)batch_words_get(in);
        event->as.attempt.exit_code = (int32_t)field;
        event->as.attempt.reason = batch_words_get_text(in);
        break;
    case BATCH_EVENT_ATTEMPT_START_FAILED:
        event->as.attempt.attempt = batch_words_get(in);
        event->as.attempt.reason = batch_words_get_text(in);
        break;
    }
}

enum batch_rc batch_event_decode(const uint64_t *words, size_t count, struct batch_event *event, size_t *used,
                                 struct batch_error *error)
{
    struct batch_words_in in = {.words = words, .count = count};
    uint64_t header = batch_words_get(&in);
    uint32_t kind = (uint32_t)(header & 0xff);
    size_t claimed = (size_t)(header >> 8 & 0xffffff);
    if (kind == BATCH_EVENT_NONE || kind > BATCH_EVENT_ATTEMPT_ENDED || claimed < 2 || claimed > count) {
        return batch_error_set(error, BATCH_E_INPUT, "not an event: kind %u, %zu of %zu words", kind, claimed, count);
    }
    in.count = claimed;
    struct batch_event decoded = {.kind = (enum batch_event_kind)kind};
    decoded.time_us = (int64_t)batch_words_get(&in);
    get_body(&in, (uint32_t)(header >> 32), &decoded);
    if (in.is_short || in.used != claimed || !event_encodes_to(&decoded, words, claimed)) {
        return batch_error_set(error, BATCH_E_INPUT, "an event of kind %u does not look like this (%zu words)", kind,
                               claimed);
    }
    *event = decoded;
    *used = claimed;
    return BATCH_OK;
}
