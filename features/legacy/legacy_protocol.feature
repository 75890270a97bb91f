@extended @exact-names
Feature: The protocol of a converted legacy service
  A legacy service can set its protocol. If it does not, v0.8.0 writes v1 for most keys. Since v0.9.0 the keys whose
  server only speaks v2 get v2 (triton and onnx, later also huggingface), and all others get none. The webhook never
  changes a protocol that the service sets.

  @rule-legacy-protocol-v1 @until-0.8.0
  Scenario Outline: The legacy key <key> without a protocol is stored with v1
    When a service in namespace "team-a" uses the legacy key "<key>"
    Then it is stored with protocol "v1"

    Examples: Most keys
      | key        |
      | sklearn    |
      | tensorflow |
      | xgboost    |
      | pmml       |
      | lightgbm   |
      | paddle     |

  @rule-legacy-protocol-v1 @until-0.8.0
  Scenario Outline: In v0.8.0 the legacy key <key> without a protocol is stored without one
    When a service in namespace "team-a" uses the legacy key "<key>"
    Then it is stored without a protocol

    Examples: Keys whose servers choose the protocol themselves
      | key     |
      | pytorch |
      | triton  |
      | onnx    |

  @rule-legacy-protocol-v2 @since-0.9.0
  Scenario Outline: The legacy key <key> without a protocol is stored with v2
    When a service in namespace "team-a" uses the legacy key "<key>"
    Then it is stored with protocol "v2"

    Examples: Keys that Triton serves
      | key    |
      | triton |
      | onnx   |

    @since-0.12.0
    Examples: The key of Hugging Face
      | key         |
      | huggingface |

  @rule-legacy-protocol-v2 @since-0.9.0
  Scenario Outline: Since v0.9.0 the legacy key <key> without a protocol is stored without one
    When a service in namespace "team-a" uses the legacy key "<key>"
    Then it is stored without a protocol

    Examples: All other keys
      | key        |
      | sklearn    |
      | tensorflow |
      | xgboost    |
      | pytorch    |
      | pmml       |
      | lightgbm   |
      | paddle     |

  @rule-legacy-key-converted @core
  Scenario Outline: The protocol <protocol> set with the legacy key <key> is kept
    When a service in namespace "team-a" uses the legacy key "<key>" over "<protocol>"
    Then it is stored with protocol "<protocol>"

    Examples: Regardless of the default of the key
      | key        | protocol |
      | sklearn    | v2       |
      | sklearn    | v1       |
      | tensorflow | grpc-v1  |
      | triton     | grpc-v2  |
      | onnx       | v1       |

  @rule-legacy-protocol-v2 @since-0.9.0
  Scenario: A legacy onnx service runs on a server that only speaks v2
    Given a ClusterServingRuntime "onnx-server" that speaks "v2, grpc-v2"
      | format | version | autoSelect |
      | onnx   | 1       | true       |
    When a service in namespace "team-a" uses the legacy key "onnx"
    Then it runs on ClusterServingRuntime "onnx-server"

  @rule-legacy-protocol-v2 @since-0.9.0
  Scenario: The model format onnx is stored without a protocol, the legacy key onnx with v2
    When a service "new-schema" in namespace "team-a" requests "onnx"
    Then it is stored without a protocol
    When a service "old-schema" in namespace "team-a" uses the legacy key "onnx"
    Then it is stored with protocol "v2"

  @rule-auto-protocol-v1-by-default @since-0.12.0
  Scenario: A Hugging Face model without a protocol requests v1, the legacy key v2
    Given a ClusterServingRuntime "speaks-v1" that speaks "v1"
      | format      | version | autoSelect |
      | huggingface | 1       | true       |
    And a ClusterServingRuntime "speaks-v2" that speaks "v2"
      | format      | version | autoSelect |
      | huggingface | 1       | true       |
    When a service "new-schema" in namespace "team-a" requests "huggingface"
    Then it runs on ClusterServingRuntime "speaks-v1"
    When a service "old-schema" in namespace "team-a" uses the legacy key "huggingface"
    Then it runs on ClusterServingRuntime "speaks-v2"
