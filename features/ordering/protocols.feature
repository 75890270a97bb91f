@rule-order-protocol-rank @extended @since-0.9.0
Feature: Runtimes are ranked by the best of all protocols that they list
  Since v0.9.0 KServe ranks the candidates of one scope by the protocols that they list: v1 comes before v2, then
  grpc-v1, then grpc-v2, and a runtime with none of these comes last. The best protocol of the whole list counts, not
  the one that the service requests.

  Scenario Outline: "<first>" comes before "<second>" for a service over <requested>
    Given these ServingRuntimes in namespace "team-a"
      | name     | format  | version | autoSelect | protocols |
      | b-server | sklearn | 1       | true       | <first>   |
      | a-server | sklearn | 1       | true       | <second>  |
    When a service in namespace "team-a" requests "sklearn" over "<requested>"
    Then it runs on ServingRuntime "b-server" in namespace "team-a"

    Examples:
      | requested | first            | second  |
      | v1        | v1               |         |
      | v2        | v1, v2           | v2      |
      | v2        | v2, v1           | v2      |
      | v2        | v2               |         |
      | grpc-v1   | v2, grpc-v1      | grpc-v1 |
      | grpc-v2   | v1, grpc-v2      | grpc-v2 |
      | grpc-v2   | grpc-v1, grpc-v2 | grpc-v2 |
      | grpc-v2   | grpc-v2          |         |
      | v3        | grpc-v2, v3      | v3      |

  Scenario: An unknown protocol ranks like none
    Given these ServingRuntimes in namespace "team-a"
      | name     | format  | version | autoSelect | protocols |
      | b-server | sklearn | 1       | true       | v3        |
      | a-server | sklearn | 1       | true       |           |
    When a service in namespace "team-a" requests "sklearn" over "v3"
    Then it runs on ServingRuntime "a-server" in namespace "team-a"

  Scenario: Cluster runtimes are ranked in the same way
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | protocols |
      | b-server | sklearn | 1       | true       | v1, v2    |
      | a-server | sklearn | 1       | true       | v2        |
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "b-server"

  @until-0.11.0
  Scenario: Up to v0.11.0 the rank also decides for a service without a protocol
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | protocols |
      | b-server | sklearn | 1       | true       | v2        |
      | a-server | sklearn | 1       | true       | grpc-v2   |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "b-server"

  Scenario: The rank comes before the age
    Given a ClusterServingRuntime "old-server" that speaks "v1, v2"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ClusterServingRuntime "new-server" that speaks "v2" and was created later
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "old-server"

  @claim-d8 @since-0.11.0
  Scenario: According to the documentation the newest is selected, regardless of protocols
    Given a ClusterServingRuntime "old-server" that speaks "v1, v2"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ClusterServingRuntime "new-server" that speaks "v2" and was created later
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "new-server"

  Scenario: A runtime that adds a better protocol moves to the first place
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | protocols |
      | b-server | sklearn | 1       | true       | v2        |
      | a-server | sklearn | 1       | true       | v2        |
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "a-server"
    When ClusterServingRuntime "b-server" is patched with
      """
      protocolVersions: [v1, v2]
      """
    And KServe reconciles the service again
    Then it runs on ClusterServingRuntime "b-server"
