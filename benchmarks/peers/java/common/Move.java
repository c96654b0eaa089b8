package peers;

import java.io.Serializable;

/** A move of the second job as benchmarks/peers/pattern.py tells it: public fields and no constructor, as Flink likes it. */
public final class Move implements Comparable<Move>, Serializable {
    static final long WINDOW_MS = 7L * 86_400_000L;
    static final long BOUND_MS = 3_600_000L;
    static final int SHIPPED = 1;
    static final int DELIVERED = 2;
    static final int REFUND = 3;

    public String eventId;
    public long occurredAt;
    public String order;
    public int kind;
    public long amount;

    /** The move in some bytes. */
    static Move of(byte[] value) {
        Job.Reader in = new Job.Reader(value, Job.HEAD.length);
        Move move = new Move();
        move.eventId = in.text();
        move.occurredAt = in.number();
        move.order = in.text();
        move.kind = (int) in.number();
        move.amount = in.number();
        return move;
    }

    /** By moment, then by id. */
    @Override
    public int compareTo(Move other) {
        int byMoment = Long.compare(occurredAt, other.occurredAt);
        return byMoment != 0 ? byMoment : eventId.compareTo(other.eventId);
    }

    /** The bytes of the alert about a shipment that a refund has followed. */
    static byte[] undelivered(String shippedId, long shippedAt, Move refund) {
        Job.Writer out = new Job.Writer();
        out.writeBytes(Job.HEAD);
        out.text(shippedId + ":" + refund.eventId);
        out.text(refund.order);
        out.number(shippedAt);
        out.number(refund.occurredAt);
        out.number(refund.amount);
        out.number(0);
        out.text("open");
        return out.toByteArray();
    }

    /** What {@link #of} reads, without the head: for state. */
    void writeTo(Job.Writer out) {
        out.text(eventId);
        out.number(occurredAt);
        out.text(order);
        out.number(kind);
        out.number(amount);
    }
}
