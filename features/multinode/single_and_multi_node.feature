@extended
Feature: Multi-node services get multi-node runtimes, and other services do not
  A model may be too large for one node. A runtime that can spread over several nodes describes its worker nodes, and
  so does a service that needs them. Since v0.15.0 automatic selection gives a service with worker nodes only runtimes
  with worker nodes, and all other services only runtimes without. Before, KServe did not check this.

  @rule-multi-node-filter @since-0.15.0
  Scenario: A multi-node service gets a multi-node runtime
    Given these ClusterServingRuntimes
      | name        | format      | version | autoSelect | multiNode |
      | a-one-node  | huggingface | 1       | true       | false     |
      | b-many-node | huggingface | 1       | true       | true      |
    When a service in namespace "team-a" requests "huggingface" on multiple nodes
    Then it runs on ClusterServingRuntime "b-many-node"

  @rule-multi-node-filter @since-0.15.0
  Scenario: A single-node service gets a runtime without worker nodes
    Given these ClusterServingRuntimes
      | name        | format      | version | autoSelect | multiNode |
      | a-many-node | huggingface | 1       | true       | true      |
      | b-one-node  | huggingface | 1       | true       | false     |
    When a service in namespace "team-a" requests "huggingface"
    Then it runs on ClusterServingRuntime "b-one-node"

  @rule-multi-node-filter @since-0.15.0
  Scenario: A higher priority does not make a multi-node runtime a candidate for a single-node service
    Given these ClusterServingRuntimes
      | name      | format      | version | autoSelect | priority | multiNode |
      | many-node | huggingface | 1       | true       | 2        | true      |
      | one-node  | huggingface | 1       | true       | 1        | false     |
    When a service in namespace "team-a" requests "huggingface"
    Then it runs on ClusterServingRuntime "one-node"

  @rule-multi-node-filter @since-0.15.0
  Scenario: A multi-node service has no runtime if none has worker nodes
    Given a ClusterServingRuntime "one-node"
      | format      | version | autoSelect |
      | huggingface | 1       | true       |
    When a service in namespace "team-a" requests "huggingface" on multiple nodes
    Then it has no runtime because of "NoSupportingRuntime"

  @rule-multi-node-filter @since-0.15.0
  Scenario: A single-node service has no runtime if all have worker nodes
    Given a ClusterServingRuntime "many-node" that is multi-node
      | format      | version | autoSelect |
      | huggingface | 1       | true       |
    When a service in namespace "team-a" requests "huggingface"
    Then it has no runtime because of "NoSupportingRuntime"

  @rule-multi-node-filter @since-0.15.0
  Scenario: A multi-node cluster runtime is selected if the namespaced one has no worker nodes
    Given a ServingRuntime "own-server" in namespace "team-a"
      | format      | version | autoSelect |
      | huggingface | 1       | true       |
    And a ClusterServingRuntime "many-node" that is multi-node
      | format      | version | autoSelect |
      | huggingface | 1       | true       |
    When a service in namespace "team-a" requests "huggingface" on multiple nodes
    Then it runs on ClusterServingRuntime "many-node"

  @rule-multi-node-not-filtered @until-0.14.1
  Scenario: Up to v0.14.1 a single-node service can get a runtime with worker nodes
    Given a ClusterServingRuntime "many-node" that is multi-node
      | format      | version | autoSelect |
      | huggingface | 1       | true       |
    When a service in namespace "team-a" requests "huggingface"
    Then it runs on ClusterServingRuntime "many-node"

  @rule-multi-node-not-filtered @since-0.14.0 @until-0.14.1
  Scenario: In v0.14 a service with worker nodes can get a runtime without
    Given a ClusterServingRuntime "one-node"
      | format      | version | autoSelect |
      | huggingface | 1       | true       |
    When a service in namespace "team-a" requests "huggingface" on multiple nodes
    Then it runs on ClusterServingRuntime "one-node"
