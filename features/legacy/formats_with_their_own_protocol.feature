@extended @exact-names
Feature: Formats that speak v2 unless told otherwise
  A model without a protocol counts as v1 since v0.11.1, which left Triton, a server of v2, without services. So since
  v0.11.2 a webhook writes v2 into a model whose format is exactly "triton", and since v0.20.0 also for "vLLM".

  @rule-triton-format-speaks-v2 @since-0.11.2
  Scenario: A model of format triton is stored with v2
    When a service in namespace "team-a" asks for "triton"
    Then it is stored with protocol "v2"

  @rule-triton-format-speaks-v2 @until-0.11.1
  Scenario: Before v0.11.2 a model of format triton is stored without a protocol
    When a service in namespace "team-a" asks for "triton"
    Then it is stored without a protocol

  @rule-vllm-format-speaks-v2 @since-0.20.0
  Scenario: A model of format vLLM is stored with v2
    When a service in namespace "team-a" asks for "vLLM"
    Then it is stored with protocol "v2"

  @rule-vllm-format-speaks-v2 @until-0.19.0
  Scenario: Before v0.20.0 a model of format vLLM is stored without a protocol
    When a service in namespace "team-a" asks for "vLLM"
    Then it is stored without a protocol

  @rule-triton-format-speaks-v2 @core
  Scenario Outline: A model of format <format> is stored without a protocol
    When a service in namespace "team-a" asks for "<format>"
    Then it is stored without a protocol

    Examples: Letters in another case, and formats that Triton serves too
      | format   |
      | Triton   |
      | vllm     |
      | tensorrt |
      | sklearn  |

    @since-0.9.0
    Examples: The model format onnx gets none where the legacy key gets v2
      | format |
      | onnx   |

  @rule-triton-format-speaks-v2 @core
  Scenario: A model of format triton keeps the protocol that it gives
    When a service in namespace "team-a" asks for "triton" over "grpc-v2"
    Then it is stored with protocol "grpc-v2"

  @rule-triton-format-speaks-v2
  Scenario Outline: A model of format triton without a protocol runs on a server of v2, <range>
    Given a ClusterServingRuntime "triton-server" that speaks "v2, grpc-v2"
      | format | version | autoSelect |
      | triton | 2       | true       |
    When a service in namespace "team-a" asks for "triton"
    Then it runs on ClusterServingRuntime "triton-server"

    @until-0.11.0
    Examples: While a missing protocol did not matter
      | range         |
      | up to v0.11.0 |

    @since-0.11.2
    Examples: Since v2 is written into it
      | range         |
      | since v0.11.2 |

  @rule-auto-protocol-v1-unless-given @since-0.11.1 @until-0.11.1
  Scenario: In v0.11.1 alone a model of format triton without a protocol finds no server of v2
    Given a ClusterServingRuntime "triton-server" that speaks "v2, grpc-v2"
      | format | version | autoSelect |
      | triton | 2       | true       |
    When a service in namespace "team-a" asks for "triton"
    Then it has no runtime because "NoSupportingRuntime"
