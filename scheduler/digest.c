/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The running digest: detects any difference between two runs; not a defence against forgery.
 */
#include "scheduler/words.h"

__extension__ typedef unsigned __int128 digest_wide;

static uint64_t digest_fold(uint64_t a, uint64_t b)
{
    digest_wide product = (digest_wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t batch_digest_mix(uint64_t digest, const uint64_t *words, size_t count)
{
    const uint64_t k0 = UINT64_C(0xa0761d6478bd642f); /* odd constants of wyhash */
    const uint64_t k1 = UINT64_C(0xe7037ed1a0b428db);
    size_t i = 0;
    for (; i + 1 < count; i += 2) {
        digest = digest_fold(digest ^ words[i] ^ k0, words[i + 1] ^ k1);
    }
    if (i < count) {
        digest = digest_fold(digest ^ words[i] ^ k0, k1);
    }
    return digest;
}
