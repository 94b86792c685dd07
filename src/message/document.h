/*
 * docs/messages.md, written from the type table and the forms: what is documented is what is read.
 */
#ifndef BESA_MESSAGE_DOCUMENT_H
#define BESA_MESSAGE_DOCUMENT_H

#include "base/buffer.h"

/* The whole page in Markdown. Errors are the buffer's. */
void message_types_document(struct buffer *out);

#endif
