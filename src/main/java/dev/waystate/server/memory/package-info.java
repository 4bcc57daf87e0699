/**
 * The memory that the calls of all clients share. These decide on it:
 *
 * <ul>
 *   <li>{@code LimitsProperties}: how much there is in each direction
 *   <li>{@link dev.waystate.server.memory.MemoryBudgets#of}: how it is divided
 *   <li>{@link dev.waystate.server.memory.ConnectionShare}: how much of it one connection may hold
 *   <li>{@code ClientConnection}: which call ends when one connection holds too much of unfinished messages
 *   <li>{@code ReadTurn}: how many calls are opened before others are answered, while what was read waits
 *   <li>{@code MemoryLimits}: which calls end when all together hold too much
 *   <li>{@code UnwrittenAnswers}: which part is for answers over HTTP, and which of them end
 * </ul>
 */
@NullMarked
package dev.waystate.server.memory;

import org.jspecify.annotations.NullMarked;
