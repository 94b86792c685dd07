/*
 * Index builder: gathers persons and their names, then makes the index of them. Needs about 60 bytes of memory for each
 * person while it gathers.
 */
#ifndef BESA_MATCH_INDEX_BUILDER_H
#define BESA_MATCH_INDEX_BUILDER_H

#include "match/index.h"

struct index_person {
    uint64_t record; /* number of the record in the store */
    uint32_t birth;  /* as birth_pack gives it; 0: unknown */
};

struct index_builder;
/* `base`, when not NULL, is a larger index beside which the new one will be searched: what a token says is counted over
 * both. It must outlive the builder. */
bool index_builder_make(const struct index *base, struct index_builder **out, struct error *err);
/* Names without a letter are left out; a person without any name is never found. */
bool index_builder_add(struct index_builder *builder, const struct index_person *person,
                       const struct span *names, size_t name_count, struct error *err);
/* Adds the persons of another index but those for which `is_gone` says true (NULL: all). */
bool index_builder_merge(struct index_builder *builder, const struct index *index,
                         bool (*is_gone)(const void *context, uint64_t record), const void *context,
                         struct error *err);
uint32_t index_builder_count(const struct index_builder *builder);
/* Sorts everything and gives the index, in memory; the builder is empty afterwards. */
bool index_builder_finish(struct index_builder *builder, struct index **out, struct error *err);
void index_builder_free(struct index_builder **builder);

#endif
