package peers;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.cep.CEP;
import org.apache.flink.cep.EventComparator;
import org.apache.flink.cep.functions.PatternProcessFunction;
import org.apache.flink.cep.nfa.aftermatch.AfterMatchSkipStrategy;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.SimpleCondition;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The second job as a pattern of Flink CEP in one process: event time, a checkpoint to disk each second, at least once. */
public final class FlinkCepPeer {
    private static final TypeInformation<byte[]> BYTES = PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO;
    private static final TypeInformation<Move> MOVE = Types.POJO(Move.class);

    private FlinkCepPeer() {}

    private static final class Moves implements KafkaRecordDeserializationSchema<Move> {
        @Override
        public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<Move> out) {
            Job.sayBegun();
            out.collect(Move.of(record.value()));
        }

        @Override
        public TypeInformation<Move> getProducedType() {
            return MOVE;
        }
    }

    private static final class Is extends SimpleCondition<Move> {
        private final int kind;

        Is(int kind) {
            this.kind = kind;
        }

        @Override
        public boolean filter(Move move) {
            return move.kind == kind;
        }
    }

    /** Of one moment, in order of their ids. */
    private static final class ById implements EventComparator<Move> {
        @Override
        public int compare(Move one, Move other) {
            return one.eventId.compareTo(other.eventId);
        }
    }

    private static final class Tell extends PatternProcessFunction<Move, byte[]> {
        @Override
        public void processMatch(Map<String, List<Move>> match, Context context, Collector<byte[]> out) {
            Move shipped = match.get("shipped").get(0);
            out.collect(Move.undelivered(shipped.eventId, shipped.occurredAt, match.get("refund").get(0)));
        }
    }

    private static final class Same implements SerializationSchema<byte[]> {
        @Override
        public byte[] serialize(byte[] value) {
            return value;
        }
    }

    private static Configuration settings() {
        Configuration settings = new Configuration();
        settings.set(StateBackendOptions.STATE_BACKEND, Job.told("VARIANT"));
        settings.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
        settings.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, "file://" + Job.told("DIRECTORY"));
        settings.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
        settings.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(512));
        settings.set(PipelineOptions.OBJECT_REUSE, true);
        return settings;
    }

    private static Pattern<Move, ?> pattern() {
        return Pattern.<Move>begin("shipped", AfterMatchSkipStrategy.noSkip())
                .where(new Is(Move.SHIPPED))
                .notFollowedBy("delivered")
                .where(new Is(Move.DELIVERED))
                .followedBy("refund")
                .where(new Is(Move.REFUND))
                .within(Duration.ofMillis(Move.WINDOW_MS));
    }

    public static void main(String[] arguments) throws Exception {
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.createLocalEnvironment(1, settings());
        environment.enableCheckpointing(1000);
        KafkaSource<Move> source = KafkaSource.<Move>builder()
                .setBootstrapServers(Job.told("BROKER"))
                .setTopics(Job.told("INPUT"))
                .setGroupId(Job.told("GROUP"))
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setDeserializer(new Moves())
                .setProperty("max.poll.records", "5000")
                .build();
        KafkaSink<byte[]> sink = KafkaSink.<byte[]>builder()
                .setBootstrapServers(Job.told("BROKER"))
                .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
                .setRecordSerializer(KafkaRecordSerializationSchema.<byte[]>builder()
                        .setTopic(Job.told("OUTPUT"))
                        .setValueSerializationSchema(new Same())
                        .build())
                .build();
        // Partitions are read at different paces: each has a watermark of its own, and the least of them counts.
        WatermarkStrategy<Move> time = WatermarkStrategy.<Move>forBoundedOutOfOrderness(Duration.ofMillis(Move.BOUND_MS))
                .withTimestampAssigner((move, ignored) -> move.occurredAt);
        DataStream<Move> moves = environment
                .fromSource(source, time, "moves", MOVE)
                .keyBy(move -> move.order, Types.STRING);
        CEP.pattern(moves, pattern(), new ById()).inEventTime().process(new Tell(), BYTES).sinkTo(sink);
        environment.execute("peers");
    }
}
