/* Index lists: see index_lists.h. */
#include "match/index_lists.h"

#include <stdlib.h>

bool lists_begin(struct filling *filling, uint32_t count)
{
    *filling = (struct filling){.count = count, .is_counting = true};
    filling->starts = calloc((size_t)count + 1, sizeof *filling->starts);
    return filling->starts != NULL;
}

/* Between the passes starts[i + 1] becomes the place where list i begins; it moves on to the list's end as that is filled,
 * which is where the next list begins. */
bool lists_turn(struct filling *filling)
{
    uint32_t place = 0;

    if (filling->total > UINT32_MAX)
        return false;
    for (size_t i = 0; i < filling->count; i++) {
        uint32_t size = filling->starts[i + 1];
        filling->starts[i + 1] = place;
        place += size;
    }
    filling->items = malloc(((size_t)filling->total + 1) * sizeof *filling->items);
    filling->is_counting = false;
    return filling->items != NULL;
}

struct index_lists lists_end(struct filling *filling)
{
    struct index_lists lists = {filling->starts, filling->items, filling->count};

    *filling = (struct filling){.starts = NULL};
    return lists;
}

void lists_drop(struct filling *filling)
{
    free(filling->starts);
    free(filling->items);
    *filling = (struct filling){.starts = NULL};
}
