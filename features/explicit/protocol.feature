@extended
Feature: A named runtime must support the protocol that the service sets
  A runtime can list the inference protocols that it speaks, such as v1, v2 or grpc-v2; one that lists none supports
  all of them. Since v0.9.0 KServe does not use a named runtime if the service sets a protocol that the runtime does
  not list. For a service that sets no protocol, KServe checks none.

  Background:
    Given these ClusterServingRuntimes
      | name          | format  | version | autoSelect | protocols   |
      | rest-server   | sklearn | 1       | true       | v1, v2      |
      | v2-server     | sklearn | 1       | true       | v2          |
      | grpc-server   | sklearn | 1       | true       | grpc-v2     |
      | silent-server | sklearn | 1       | true       |             |

  @rule-explicit-protocol @core @since-0.9.0
  Scenario Outline: A listed protocol is served: <runtime> over <protocol>
    When a service in namespace "team-a" requests "sklearn" over "<protocol>" with runtime "<runtime>"
    Then it runs on ClusterServingRuntime "<runtime>"

    Examples:
      | runtime     | protocol |
      | rest-server | v1       |
      | rest-server | v2       |
      | grpc-server | grpc-v2  |

  @rule-explicit-protocol @core @since-0.9.0
  Scenario Outline: A protocol that is not listed is not served: <runtime> over <protocol>
    When a service in namespace "team-a" requests "sklearn" over "<protocol>" with runtime "<runtime>"
    Then it has no runtime because of "NoSupportingRuntime"

    Examples:
      | runtime     | protocol |
      | v2-server   | v1       |
      | rest-server | grpc-v2  |
      | grpc-server | v2       |
      | rest-server | V2       |

  @rule-explicit-protocol @core @since-0.9.0
  Scenario Outline: A service without a protocol is served whatever the runtime speaks: <runtime>
    When a service in namespace "team-a" requests "sklearn" with runtime "<runtime>"
    Then it runs on ClusterServingRuntime "<runtime>"

    Examples:
      | runtime       |
      | v2-server     |
      | grpc-server   |
      | silent-server |

  @rule-no-protocols-supports-all @since-0.9.0
  Scenario Outline: A runtime that lists no protocols supports <protocol>
    When a service in namespace "team-a" requests "sklearn" over "<protocol>" with runtime "silent-server"
    Then it runs on ClusterServingRuntime "silent-server"

    Examples:
      | protocol |
      | v1       |
      | grpc-v2  |
      | anything |

  @rule-empty-protocol-matches-all @since-0.9.0
  Scenario Outline: An empty protocol matches every runtime: <runtime>
    When a service in namespace "team-a" requests "sklearn" over "" with runtime "<runtime>"
    Then it runs on ClusterServingRuntime "<runtime>"

    Examples:
      | runtime       |
      | v2-server     |
      | silent-server |

  @rule-explicit-protocol-ignored @until-0.8.0
  Scenario Outline: Before v0.9.0 the protocol is not checked: <runtime> over <protocol>
    When a service in namespace "team-a" requests "sklearn" over "<protocol>" with runtime "<runtime>"
    Then it runs on ClusterServingRuntime "<runtime>"

    Examples:
      | runtime       | protocol |
      | v2-server     | v1       |
      | grpc-server   | v2       |
      | silent-server | v1       |
