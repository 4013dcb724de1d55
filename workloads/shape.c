/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The staircase of instance shapes that no other shape covers.
 */
#include "workloads/shape.h"

#include "scheduler/host.h"

#include <stdlib.h>
#include <string.h>

static int compare_widest_first(const void *left, const void *right)
{
    const struct workload_shape *a = left;
    const struct workload_shape *b = right;
    if (a->vcpu_milli != b->vcpu_milli) {
        return a->vcpu_milli > b->vcpu_milli ? -1 : 1;
    }
    return (a->mib < b->mib) - (a->mib > b->mib);
}

enum batch_rc workload_shapes_create(const struct workload_shape *shapes, size_t count, struct workload_shapes *ret,
                                     struct batch_error *error)
{
    BATCH_ASSERT(NULL, count > 0);
    struct workload_shape *steps = calloc(count, sizeof *steps);
    if (steps == NULL) {
        return batch_error_set(error, BATCH_E_MEMORY, "no memory for %zu instance shapes", count);
    }
    memcpy(steps, shapes, count * sizeof *steps);
    qsort(steps, count, sizeof *steps, compare_widest_first);

    size_t kept = 1;
    for (size_t i = 1; i < count; i++) {
        if (steps[i].mib > steps[kept - 1].mib) {
            steps[kept++] = steps[i];
        }
    }
    for (size_t i = 0; i < kept / 2; i++) {
        struct workload_shape other = steps[i];
        steps[i] = steps[kept - 1 - i];
        steps[kept - 1 - i] = other;
    }
    *ret = (struct workload_shapes){steps, kept};
    return BATCH_OK;
}

void workload_shapes_destroy(struct workload_shapes *shapes)
{
    free(shapes->steps);
    *shapes = (struct workload_shapes){NULL, 0};
}

uint32_t workload_shapes_mib_max(const struct workload_shapes *shapes, uint32_t vcpu_milli)
{
    size_t low = 0;
    size_t high = shapes->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (shapes->steps[middle].vcpu_milli < vcpu_milli) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < shapes->count ? shapes->steps[low].mib : 0;
}

bool workload_shapes_fit(const struct workload_shapes *shapes, const struct batch_resources *need)
{
    return need->vcpu_milli <= workload_shapes_widest(shapes) &&
           need->mib <= workload_shapes_mib_max(shapes, need->vcpu_milli);
}

uint32_t workload_shapes_widest(const struct workload_shapes *shapes)
{
    return shapes->steps[shapes->count - 1].vcpu_milli;
}
