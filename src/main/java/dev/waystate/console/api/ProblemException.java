package dev.waystate.console.api;

import dev.waystate.console.Problem;

/** A request is answered with a problem, without a call. */
final class ProblemException extends RuntimeException {

    private final transient Problem problem;

    ProblemException(Problem problem) {
        super(problem.detail(), null, false, false); // without a stack trace, since clients can cause many
        this.problem = problem;
    }

    Problem problem() {
        return problem;
    }
}
