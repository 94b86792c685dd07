/*
 * Item: one thing that is given: a person, or a text about a fact or an assessment. Its marking stands in it. A small part
 * holds the canonical JSON of one item, so that it can be recalled or erased alone.
 */
#ifndef BESA_MESSAGE_ITEM_H
#define BESA_MESSAGE_ITEM_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/problems.h"
#include "message/person.h"

#define ITEM_COUNT_MAX     64
#define ITEM_TEXT_SIZE_MAX 8000

enum source_kind {
    SOURCE_KIND_REGISTER, /* an official register or database */
    SOURCE_KIND_CASE_FILE,
    SOURCE_KIND_OFFICER_REPORT,
    SOURCE_KIND_STATEMENT, /* of a person */
    SOURCE_KIND_TECHNICAL,
    SOURCE_KIND_OPEN,
    SOURCE_KIND_PRIVATE_PARTY,
    SOURCE_KIND_COUNT
};
extern const char *const source_kind_names[SOURCE_KIND_COUNT];

struct text_item {
    struct marking marking; /* its type is ENTITY_TEXT */
    struct span text;
};

/* Exactly one of person and text. */
struct item {
    enum source_kind source_kind;
    bool has_person;
    struct person person;
    bool has_text;
    struct text_item text;
};

extern const struct form item_form;
extern const struct form text_item_form;

/* The marking of whichever it is. */
const struct marking *item_marking(const struct item *item);
/* One item alone: the bytes of a small part. */
bool item_read(struct span bytes, struct arena *arena, struct item *out, struct problems *problems);
bool item_write(const struct item *item, struct buffer *buffer);

#endif
