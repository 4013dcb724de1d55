/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Save and load: a header, the scalars, then every arena as it stands.
 *
 * The layout is that of this build; the header's sizes refuse another's. A checksum refuses damage, and
 * verify refuses what a forger made consistent with it.
 */
#include "scheduler/internal.h"
#include "scheduler/words.h"

#include <string.h>

struct snapshot_header {
    char magic[8];
    uint64_t model_version;
    uint64_t bytes;    /**< Of the whole snapshot. */
    uint64_t checksum; /**< Over everything after the header. */
    uint64_t layout;   /**< Digest of the sizes of every item. */
};

static const char snapshot_magic[8] = {'B', 'A', 'T', 'C', 'H', 'S', 'N', 'P'};

struct snapshot_arena {
    uint32_t count, free_first, free_count, pad;
};

/** Every stored arena, the indices' tables included, in one order. */
static struct batch_arena *snapshot_arena_at(struct batch_core *core, int i)
{
    return i < BATCH_ARENA_COUNT ? &core->arenas[i] : &core->indices[i - BATCH_ARENA_COUNT].table;
}

enum { SNAPSHOT_ARENAS = (int)BATCH_ARENA_COUNT + (int)BATCH_INDEX_COUNT };

static uint64_t snapshot_layout(struct batch_core *core)
{
    uint64_t words[SNAPSHOT_ARENAS + 1] = {sizeof core->scalars};
    for (int i = 0; i < SNAPSHOT_ARENAS; i++) {
        words[i + 1] = snapshot_arena_at(core, i)->item_bytes;
    }
    return batch_digest_mix(BATCH_MODEL_VERSION, words, SNAPSHOT_ARENAS + 1);
}

static size_t round_up_8(size_t bytes)
{
    return (bytes + 7) / 8 * 8;
}

static size_t snapshot_fixed_bytes(void)
{
    return sizeof(struct snapshot_header) + round_up_8(sizeof(struct batch_limits)) +
           round_up_8(sizeof(struct batch_configuration)) + round_up_8(sizeof(struct batch_scalars)) +
           BATCH_INDEX_COUNT * sizeof(uint64_t) + SNAPSHOT_ARENAS * sizeof(struct snapshot_arena);
}

static void put(unsigned char **at, const void *from, size_t bytes)
{
    memcpy(*at, from, bytes);
    memset(*at + bytes, 0, round_up_8(bytes) - bytes);
    *at += round_up_8(bytes);
}

static void get(const unsigned char **at, void *to, size_t bytes)
{
    memcpy(to, *at, bytes);
    *at += round_up_8(bytes);
}

static uint64_t checksum(const unsigned char *bytes, size_t size)
{
    uint64_t digest = 0;
    uint64_t words[64];
    for (size_t at = 0; at < size; at += sizeof words) {
        size_t part = size - at < sizeof words ? size - at : sizeof words;
        memset(words, 0, sizeof words);
        memcpy(words, bytes + at, part);
        digest = batch_digest_mix(digest, words, (part + 7) / 8);
    }
    return digest;
}

enum batch_rc batch_core_save(const struct batch_core *core, unsigned char **bytes, size_t *size,
                              struct batch_error *error)
{
    struct batch_core copy = *core; /* so that one accessor serves reading and writing */
    size_t total = snapshot_fixed_bytes();
    for (int i = 0; i < SNAPSHOT_ARENAS; i++) {
        const struct batch_arena *arena = snapshot_arena_at(&copy, i);
        total += round_up_8((size_t)arena->count * arena->item_bytes);
    }
    unsigned char *block = core->host.resize(core->host.context, NULL, 0, total);
    if (block == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for a snapshot of %zu bytes", total);
    }
    unsigned char *at = block + sizeof(struct snapshot_header);
    put(&at, &core->limits, sizeof core->limits);
    put(&at, &core->configuration, sizeof core->configuration);
    put(&at, &core->scalars, sizeof core->scalars);
    for (int i = 0; i < BATCH_INDEX_COUNT; i++) {
        uint64_t used = core->indices[i].used;
        put(&at, &used, sizeof used);
    }
    for (int i = 0; i < SNAPSHOT_ARENAS; i++) {
        const struct batch_arena *arena = snapshot_arena_at(&copy, i);
        struct snapshot_arena shape = {arena->count, arena->free_first, arena->free_count, 0};
        put(&at, &shape, sizeof shape);
    }
    for (int i = 0; i < SNAPSHOT_ARENAS; i++) {
        const struct batch_arena *arena = snapshot_arena_at(&copy, i);
        if (arena->count > 0) {
            put(&at, arena->items, (size_t)arena->count * arena->item_bytes);
        }
    }
    struct snapshot_header header = {.model_version = BATCH_MODEL_VERSION, .bytes = total};
    memcpy(header.magic, snapshot_magic, sizeof header.magic);
    header.checksum = checksum(block + sizeof header, total - sizeof header);
    header.layout = snapshot_layout(&copy);
    memcpy(block, &header, sizeof header);
    *bytes = block;
    *size = total;
    return BATCH_OK;
}

static enum batch_rc header_check(const unsigned char *bytes, size_t size, struct batch_error *error)
{
    struct snapshot_header header;
    if (size < snapshot_fixed_bytes()) {
        return batch_error_set(error, BATCH_E_INPUT, "a snapshot of %zu bytes is cut short", size);
    }
    memcpy(&header, bytes, sizeof header);
    if (memcmp(header.magic, snapshot_magic, sizeof header.magic) != 0) {
        return batch_error_set(error, BATCH_E_INPUT, "this is not a snapshot of the scheduler");
    }
    if (header.model_version != BATCH_MODEL_VERSION) {
        return batch_error_set(error, BATCH_E_INPUT, "the snapshot is of model version %llu, this program of %d",
                               (unsigned long long)header.model_version, BATCH_MODEL_VERSION);
    }
    if (header.bytes != size || header.checksum != checksum(bytes + sizeof header, size - sizeof header)) {
        return batch_error_set(error, BATCH_E_INPUT, "the snapshot is damaged: its checksum or length is wrong");
    }
    return BATCH_OK;
}

/** Read one arena's items; its shape must be possible and inside the bytes that are left. */
static enum batch_rc arena_load(struct batch_core *core, struct batch_arena *arena, const struct snapshot_arena *shape,
                                const unsigned char **at, const unsigned char *end, struct batch_error *error)
{
    size_t bytes = (size_t)shape->count * arena->item_bytes;
    if (shape->count > arena->limit || round_up_8(bytes) > (size_t)(end - *at) || shape->free_count > shape->count ||
        (shape->free_first != BATCH_NO_SLOT && shape->free_first >= shape->count)) {
        return batch_error_set(error, BATCH_E_INPUT, "the snapshot is damaged: %s", arena->name);
    }
    if (shape->count == 0) {
        return BATCH_OK;
    }
    enum batch_rc rc = batch_arena_reserve(&core->host, arena, shape->count, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    get(at, arena->items, bytes);
    arena->count = shape->count;
    arena->free_first = shape->free_first;
    arena->free_count = shape->free_count;
    return BATCH_OK;
}

/** A hash table's capacity is its count: none, or a power of two that its arena makes exactly. */
static bool table_shape_is_sound(const struct snapshot_arena *shape)
{
    return (shape->count & (shape->count - 1)) == 0 && (shape->count == 0 || shape->count >= BATCH_INDEX_LEAST);
}

static enum batch_rc core_load(struct batch_core *core, const unsigned char *at, const unsigned char *end,
                               struct batch_error *error)
{
    struct snapshot_arena shapes[SNAPSHOT_ARENAS];
    for (int i = 0; i < BATCH_INDEX_COUNT; i++) {
        uint64_t used = 0;
        get(&at, &used, sizeof used);
        core->indices[i].used = (uint32_t)used;
    }
    get(&at, shapes, sizeof shapes);
    for (int i = 0; i < SNAPSHOT_ARENAS; i++) {
        struct batch_arena *arena = snapshot_arena_at(core, i);
        if (i >= BATCH_ARENA_COUNT && !table_shape_is_sound(&shapes[i])) {
            return batch_error_set(error, BATCH_E_INPUT, "the snapshot is damaged: %s", arena->name);
        }
        enum batch_rc rc = arena_load(core, arena, &shapes[i], &at, end, error);
        if (rc != BATCH_OK) {
            return rc;
        }
    }
    enum batch_rc rc =
        batch_arena_reserve(&core->host, &core->arenas[BATCH_ARENA_DEADLINES], BATCH_DEADLINE_CYCLES, error);
    rc = rc == BATCH_OK ? batch_verify_flags(core, error) : rc;
    return rc == BATCH_OK ? batch_core_verify(core, error) : rc;
}

enum batch_rc batch_core_load(const struct batch_host *host, const unsigned char *bytes, size_t size,
                              struct batch_core **ret, struct batch_error *error)
{
    enum batch_rc rc = header_check(bytes, size, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    struct batch_limits limits;
    struct batch_configuration configuration;
    const unsigned char *at = bytes + sizeof(struct snapshot_header);
    get(&at, &limits, sizeof limits);
    get(&at, &configuration, sizeof configuration);
    struct batch_core *core = NULL;
    rc = batch_core_create(host, &limits, &configuration, &core, error);
    if (rc != BATCH_OK) {
        return rc;
    }
    struct snapshot_header header;
    memcpy(&header, bytes, sizeof header);
    if (header.layout != snapshot_layout(core)) {
        batch_core_destroy(core);
        return batch_error_set(error, BATCH_E_INPUT, "the snapshot was written by another build");
    }
    get(&at, &core->scalars, sizeof core->scalars);
    rc = core_load(core, at, bytes + size, error);
    if (rc != BATCH_OK) {
        batch_core_destroy(core);
        return rc == BATCH_E_STATE ? batch_error_wrap(error, BATCH_E_INPUT, "the snapshot") : rc;
    }
    *ret = core;
    return BATCH_OK;
}
