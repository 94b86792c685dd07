/* Own object: see own_object.h. */
#include "desk/own_object.h"

#include "base/attributes.h"
#include "base/buffer.h"
#include "message/act.h"

#include <inttypes.h>
#include <stdio.h>

bool own_object_asked(struct arena *arena, struct span asked, struct span *out)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ACT_OBJECT_SIZE_MAX);
    size_t room = ACT_OBJECT_SIZE_MAX - sizeof "asked ";
    struct span part = span_part(asked, 0, room);

    while (part.size < asked.size && part.size > 0 && (asked.data[part.size] & 0xC0) == 0x80)
        part.size--;
    buffer_text(&text, "asked ");
    for (size_t i = 0; i < part.size; i++)
        buffer_byte(&text, part.data[i] < ' ' ? ' ' : part.data[i]);
    return !text.failed && arena_copy(arena, buffer_span(&text), out);
}

bool own_object_person(struct arena *arena, int64_t person, struct span *out)
{
    char text[40];

    snprintf(text, sizeof text, "own-person %" PRId64, person);
    return arena_copy(arena, span_text(text), out);
}
