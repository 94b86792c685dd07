/*
 * Index finish: what the builder has gathered, for the half of it that sorts everything into lists
 * (index_builder_finish). No one else needs this.
 */
#ifndef BESA_MATCH_INDEX_FINISH_H
#define BESA_MATCH_INDEX_FINISH_H

#include "match/index_builder.h"
#include "match/index_table.h"

struct index_builder {
    struct folder *folder;
    const struct index *base;
    struct index_token *tokens;
    size_t token_count;
    size_t token_room;
    struct table token_table;
    struct numbers name_ends; /* place behind the last token of each name in name_items */
    struct numbers name_items;
    struct table name_table;
    struct numbers entry_names; /* one entry for each name of each person */
    struct numbers entry_persons;
    uint64_t *records; /* by person */
    uint32_t *births;
    size_t person_room;
    uint32_t person_count;
};

#endif
