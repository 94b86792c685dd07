/*
 * The rows of the tables of shapes, one macro a kind. Private to web/shapes_*.c. MUST or MAY says whether the member may
 * lack; `words` is the sentence of the document, NULL where the name says it.
 */
#ifndef BESA_WEB_SHAPE_ROWS_H
#define BESA_WEB_SHAPE_ROWS_H

#include "base/attributes.h"
#include "base/limits.h"
#include "web/shape.h"

#define MUST .is_optional = false
#define MAY  .is_optional = true

#define TEXT(member, needed, low, high, words)                                                     \
    {                                                                                              \
        .name = (member), .kind = SHAPE_TEXT, needed, .min = (low), .max = (high), .about = words  \
    }
/* A party, agreement, unit, officer, log or act. */
#define IDENTIFIER(member, needed, words)                                                          \
    {                                                                                              \
        .name = (member), .kind = SHAPE_TEXT, needed, .min = 1, .max = NAME_SIZE_MAX,              \
        .pattern = SHAPE_IDENTIFIER, .about = words                                                \
    }
#define TEXTS(member, needed, low, high, each, words)                                              \
    {                                                                                              \
        .name = (member), .kind = SHAPE_TEXTS, needed, .min = (low), .max = (high),                \
        .item_max = (each), .about = words                                                         \
    }
#define INTEGER(member, needed, low, high, words)                                                  \
    {                                                                                              \
        .name = (member), .kind = SHAPE_INTEGER, needed, .min = (low), .max = (high),              \
        .about = words                                                                             \
    }
#define INTEGERS(member, needed, low, high, words)                                                 \
    {                                                                                              \
        .name = (member), .kind = SHAPE_INTEGERS, needed, .min = (low), .max = (high),             \
        .about = (words)                                                                           \
    }
#define COUNT(member, needed, words) INTEGER(member, needed, 0, JSON_INTEGER_MAX, words)
#define BOOLEAN(member, needed, words)                                                             \
    {                                                                                              \
        .name = (member), .kind = SHAPE_BOOLEAN, needed, .about = words                            \
    }
/* One of an array of names. */
#define CHOICE(member, needed, array, words)                                                       \
    {                                                                                              \
        .name = (member), .kind = SHAPE_CHOICE, needed, .names = (array),                          \
        .name_count = ARRAY_COUNT(array), .about = words                                           \
    }
#define CHOICES(member, needed, low, array, words)                                                 \
    {                                                                                              \
        .name = (member), .kind = SHAPE_CHOICES, needed, .min = (low), .names = (array),           \
        .name_count = ARRAY_COUNT(array), .about = words                                           \
    }
#define HEX(member, needed, bytes, words)                                                          \
    {                                                                                              \
        .name = (member), .kind = SHAPE_HEX, needed, .max = (bytes), .about = words                \
    }
#define BASE64(member, needed, low, high, words)                                                   \
    {                                                                                              \
        .name = (member), .kind = SHAPE_BASE64, needed, .min = (low), .max = (high),               \
        .about = words                                                                             \
    }
#define TIME(member, needed, words)                                                                \
    {                                                                                              \
        .name = (member), .kind = SHAPE_TIME, needed, .about = words                               \
    }
#define DATE(member, needed, words)                                                                \
    {                                                                                              \
        .name = (member), .kind = SHAPE_DATE, needed, .about = words                               \
    }
#define UUID(member, needed, words)                                                                \
    {                                                                                              \
        .name = (member), .kind = SHAPE_UUID, needed, .about = words                               \
    }
#define ANY(member, needed, words)                                                                 \
    {                                                                                              \
        .name = (member), .kind = SHAPE_ANY, needed, .about = words                                \
    }
/* `array`: the shapes that it may be of. */
#define OBJECT(member, needed, array, words)                                                       \
    {                                                                                              \
        .name = (member), .kind = SHAPE_OBJECT, needed, .shapes = (array),                         \
        .shape_count = ARRAY_COUNT(array), .about = words                                          \
    }
#define LIST(member, needed, high, array, words)                                                   \
    {                                                                                              \
        .name = (member), .kind = SHAPE_LIST, needed, .max = (high), .shapes = (array),            \
        .shape_count = ARRAY_COUNT(array), .about = words                                          \
    }

#define SHAPE(named, words, rows)                                                                  \
    {                                                                                              \
        .name = (named), .about = (words), .fields = (rows), .count = ARRAY_COUNT(rows)            \
    }

/* What every page of a list ends with. */
#define NEXT                                                                                       \
    TEXT("next", MAY, 1, 128, "There is more: give this as `after`; it means nothing else.")

#define SHA256_SIZE 32

#endif
